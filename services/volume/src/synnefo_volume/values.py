# SPDX-License-Identifier: Apache-2.0
"""What the room answers with about types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class VolumeType:
    """A kind of volumes.

    ``qos_id`` is empty when no quality of service is said of it. Moments are seconds since the
    epoch.
    """

    id: str
    name: str
    description: str
    is_public: bool
    extra_specs: Mapping[str, str]
    qos_id: str
    created_at: float
    updated_at: float


@dataclass(frozen=True)
class Qos:
    """Quality of service specs; ``consumer`` is one of ``CONSUMERS``."""

    id: str
    name: str
    consumer: str
    specs: Mapping[str, str]
