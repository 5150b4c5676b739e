# SPDX-License-Identifier: Apache-2.0
"""Which cards are connected on this node, and what undoes that: a file per interface."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from synnefo_node_ganeti.net import files

log = logging.getLogger(__name__)

CARD_PREFIX = "nic-"
"""How the names of our cards begin in Ganeti; the port's id follows."""


@dataclass(frozen=True)
class Connection:
    """A card that Ganeti had connected.

    Attributes:
        tap: The interface on the node.
        port: The port's id.
        bridge: What the interface is a port of; empty in routed mode.
        undo: Words for ``ip`` that take away what does not go with the interface.
    """

    tap: str
    port: str
    bridge: str
    undo: tuple[tuple[str, ...], ...] = ()


class Connections:
    """A directory with a file per connected card."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def all(self) -> list[Connection]:
        """Return all cards, by interface; a file that is damaged is passed over and told of."""
        found = []
        for name in files.names(self._directory):
            try:
                content = json.loads((self._directory / name).read_text())
                content["undo"] = tuple(tuple(words) for words in content["undo"])
                found.append(Connection(**content))
            except (ValueError, TypeError, KeyError):
                log.error("not the record of a card: %s", name)  # noqa: TRY400  # no trace
        return found

    def names(self) -> dict[str, str]:
        """Return the names that cards have in Ganeti, by their interfaces."""
        return {each.tap: f"{CARD_PREFIX}{each.port}" for each in self.all()}

    def put(self, connection: Connection) -> None:
        files.write(self._directory / connection.tap, json.dumps(asdict(connection)))

    def remove(self, tap: str) -> None:
        files.remove(self._directory / tap)


class Zones:
    """The numbers by which networks' connections are told apart, the same for as long as they are used.

    With another number a network would lose the connections that its guests have.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, networks: Iterable[str]) -> dict[str, int]:
        """Return a number for each of all networks that are used, and forget those of others."""
        used = set(networks)
        before = {key: number for key, number in self._read().items() if key in used}
        free = (number for number in range(1, 65536) if number not in set(before.values()))
        after = before | {key: next(free) for key in sorted(used - before.keys())}
        if after != self._read():
            files.write(self._file, json.dumps(after))
        return after

    def _read(self) -> dict[str, int]:
        try:
            content: dict[str, int] = json.loads(self._file.read_text())
        except FileNotFoundError:
            return {}
        return content
