# SPDX-License-Identifier: Apache-2.0
"""A letter: which text, to whom, and what to fill into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext

DUE = "letter.due"
"""The event of a letter that waits to be sent."""


@dataclass(frozen=True)
class Link:
    """A link in a letter that works once.

    Attributes:
        purpose: What it is for; also what the page behind it is called.
        subject_id: Whom it is about.
        lifetime_s: How long it works after the letter was sent.
        detail: What else to remember until it is followed.
    """

    purpose: str
    subject_id: str
    lifetime_s: float
    detail: str = ""


@dataclass(frozen=True)
class Letter:
    """What somebody is to be told.

    Attributes:
        name: The text's, one of ``texts/``.
        to: An address.
        facts: What the text names, by name.
        link: What it asks to follow.
    """

    name: str
    to: str
    facts: Mapping[str, str] = field(default_factory=dict)
    link: Link | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Letter:
        """Return the letter that an event tells of."""
        link = payload["link"]
        return cls(payload["name"], payload["to"], payload["facts"], link and Link(**link))

    @property
    def payload(self) -> dict[str, Any]:
        """The letter as JSON."""
        return asdict(self)


def write(context: RequestContext, session: Session, letter: Letter) -> None:
    """Have a letter sent, if and only if the caller's unit of work commits.

    In a cloud without a mail server nothing is.
    """
    if context.cloud.config.mail.server:
        outbox.emit(context, session, DUE, subject_id="", payload=letter.payload)
