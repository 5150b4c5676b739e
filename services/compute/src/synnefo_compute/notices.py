# SPDX-License-Identifier: Apache-2.0
"""Notices as they come: what a cluster says of one of its jobs, and whether that can be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from synnefo_core.contracts.compute import JobState

LONGEST = 255
"""Characters of the longest word that a notice may have."""


class Senseless(ValueError):
    """A notice that can't be; the argument says why."""


@dataclass(frozen=True)
class Notice:
    """What a cluster says of one of its jobs.

    Attributes:
        job: The cluster's id of the job.
        instance: The instance that the job is about.
        operation: The cluster's word for what the job does.
        state: Where the job stands.
        at: When it came to that, in seconds since the epoch by the cluster's clock.
    """

    job: str
    instance: str
    operation: str
    state: JobState
    at: float


def notice_of(payload: Mapping[str, object]) -> Notice:
    """Return the notice in a message.

    Raises:
        Senseless: It has none.
    """
    try:
        state = JobState(payload.get("state"))
    except ValueError as cause:
        raise Senseless(str(cause)) from cause
    return Notice(
        job=_word(payload, "job"),
        instance=_word(payload, "instance"),
        operation=_word(payload, "operation"),
        state=state,
        at=moment_of(payload),
    )


def _word(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
        msg = f"{name} must be a word"
        raise Senseless(msg)
    return value


def moment_of(payload: Mapping[str, object]) -> float:
    """Return when it was that a message tells of.

    Raises:
        Senseless: It does not say.
    """
    value = payload.get("at")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        msg = "at must be a number of seconds"
        raise Senseless(msg)
    return float(value)
