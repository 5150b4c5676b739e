# SPDX-License-Identifier: Apache-2.0
"""A peer and ours, served side by side on one PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tools.bench.clouds import Running
from tools.bench.databases import databases
from tools.bench.peers import Installed

Serve = Callable[..., AbstractContextManager[Running]]
Sides = tuple[Sequence[Running], Callable[[], float]]
"""Both, theirs first, and what tells the database's processor time."""


@contextmanager
def both(
    directory: Path, installed: Installed, workers: int, *, theirs: Serve, ours: Serve
) -> Iterator[Sides]:
    """Serve both, each on databases of its own.

    Args:
        directory: Where both keep everything.
        installed: The peer.
        workers: How many processes serve on each side.
        theirs: Serves the peer, from its environment.
        ours: Serves ours.
    """
    with (
        databases("postgresql") as database,
        theirs(
            directory / installed.name, installed, database_url=database.url, workers=workers
        ) as peer,
        ours(directory / "ours", database_url=database.url("ours"), workers=workers) as cloud,
    ):
        database.analyze()
        yield (peer, cloud), database.cpu_s
