# SPDX-License-Identifier: Apache-2.0
"""Things that are made once in the life of a cloud, and not again when they are removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.db.models import MarkRow
from synnefo_core.db.session import add_if_absent


@contextmanager
def once(cloud: Cloud, name: str) -> Iterator[bool]:
    """Open a unit of work and say whether this is the first time; note it at its commit.

    ::

        with once(cloud, "compute.flavors") as is_first:
            if is_first:
                ...
    """
    with cloud.database.unit_of_work() as session:
        yield _mark(cloud, session, name)


def was_done(cloud: Cloud, name: str) -> bool:
    """Return whether something was made before."""
    with cloud.database.reading() as session:
        return session.get(MarkRow, name) is not None


def mark(cloud: Cloud, name: str) -> None:
    """Note that something was made that no single transaction could make."""
    with cloud.database.unit_of_work() as session:
        _mark(cloud, session, name)


def _mark(cloud: Cloud, session: Session, name: str) -> bool:
    return add_if_absent(session, MarkRow, {"name": name, "made_at": cloud.clock.now()})
