# SPDX-License-Identifier: Apache-2.0
"""This node: what is connected, what is known of it, and what that makes of the kernel's rules."""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import Mode, PortDocument
from synnefo_core.signatures import Verifier
from synnefo_node_ganeti.net import attaching, files, ruleset, tables
from synnefo_node_ganeti.net.cards import Card, Joint
from synnefo_node_ganeti.net.connections import CARD_PREFIX, Connection, Connections, Zones
from synnefo_node_ganeti.net.gateway import Gateway
from synnefo_node_ganeti.net.parts import Parts
from synnefo_node_ganeti.net.placing import Placing
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.refusals import Apart, held_apart
from synnefo_node_ganeti.net.shelf import PORTS, NotSigned, Refused, Shelf
from synnefo_node_ganeti.net.telling import tellings

log = logging.getLogger(__name__)

_GANETI_MODES = {Mode.BRIDGED: "bridged", Mode.FILTERED: "bridged", Mode.ROUTED: "routed"}


class AlreadyRunning(Exception):
    """Another daemon has the state directory; names its process."""


class NotConnected(Exception):
    """A card is not connected; says why."""


class NoDocument(NotConnected):
    """Nothing is known of a card, yet."""


@dataclass(frozen=True)
class Plug:
    """What Ganeti says of a card that it wants to be connected."""

    tap: str
    name: str
    mac: str
    mode: str
    link: str

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Plug:
        """Read the variables that Ganeti gives to the script that connects cards.

        Raises:
            NotConnected: One is missing.
        """
        try:
            return cls(
                environment["INTERFACE"],
                environment.get("INTERFACE_NAME", ""),
                environment["MAC"].lower(),
                environment["MODE"],
                environment.get("LINK", ""),
            )
        except KeyError as missing:
            raise NotConnected(f"the variable {missing} is not set") from None


@dataclass(frozen=True)
class _Found:
    """What the rules are about.

    Attributes:
        cards: Those of which something is known.
        closed: The interfaces of the others.
        joints: Where routers are joined to bridges.
    """

    cards: Sequence[Card]
    closed: Sequence[str]
    joints: Sequence[Joint]

    def tables(self) -> tables.Tables:
        """Return the rules that there should be."""
        servers = [each.server for each in tellings(self.cards)]
        return ruleset.render(self.cards, servers, self.closed, self.joints)


class Node:
    """The state directory, and what it makes of the kernel; several processes may have one."""

    def __init__(self, directory: Path, verifier: Verifier, gateway: Gateway | None = None) -> None:
        """Name the directory, who signs, and the routers of this node if it may have any."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory = directory
        self.incoming = directory / "incoming"
        self.servers = directory / "servers"
        self.incoming.mkdir(mode=0o700, exist_ok=True)
        self.shelf = Shelf(directory / "documents", verifier, PORTS)
        self.cards = directory / "cards"
        self._connections = Connections(self.cards)
        self._zones = Zones(directory / "zones.json")
        self._gateway = gateway
        self._placing = Placing(directory / "rules.json")
        self._placed: list[Card] = []

    def plug(self, plug: Plug) -> None:
        """Connect a card, once its rules are in place.

        Raises:
            NotConnected: Nothing is known of it, or something else than Ganeti says.
            ProgramFailed: The kernel does not want it. Nothing of it is left.
        """
        with self._alone():
            self._take_in()
            document = self._document(plug)
            is_routed = document.network.mode is Mode.ROUTED
            bridge = "" if is_routed else plug.link
            # First on disk: whatever happens from here on, somebody knows what to take away.
            self._connections.put(Connection(plug.tap, document.port, bridge))
            try:
                refused = self._put_rules()
                if plug.tap in refused:
                    raise ProgramFailed(refused[plug.tap])
                if is_routed:
                    self._lead(plug, next(card for card in self._placed if card.tap == plug.tap))
                else:
                    attaching.to_bridge(plug.tap, document, bridge)
            except BaseException:
                self._disconnect(plug.tap)
                raise

    def _lead(self, plug: Plug, card: Card) -> None:
        """Route for a card, once what undoes that is on disk, too."""
        table = attaching.table_of(plug.link, card.zone)
        steps = attaching.undo_of_table(plug.tap, card.document, table)
        self._connections.put(Connection(plug.tap, card.document.port, "", steps))
        attaching.to_table(plug.tap, card.document, table)

    def unplug(self, tap: str) -> None:
        """Forget a card; one that is not known is none."""
        with self._alone():
            self._disconnect(tap)

    def card_names(self) -> dict[str, str]:
        """Return the names that connected cards have in Ganeti, by their interfaces."""
        return self._connections.names()

    def apply(self) -> None:
        """Make the kernel's rules what they should be now.

        What came meanwhile is taken in, and cards whose interfaces are gone are forgotten.

        Raises:
            ProgramFailed: Something of it can't be done; the rest is.
        """
        parts = Parts()
        with self._alone():
            with parts.part("documents"):
                self._take_in()
            for connection in self._connections.all():
                with parts.part(f"card {connection.tap}"):
                    self._look_after(connection)
            with parts.part("rules"):
                for tap, problem in self._put_rules().items():
                    parts.problems[f"rules of card {tap}"] = problem
        parts.require()

    def _look_after(self, connection: Connection) -> None:
        """Forget a card that is gone."""
        if attaching.is_there(connection.tap):
            attaching.to_group(connection.tap)
            return
        log.info("a card is gone", extra={"tap": connection.tap})
        attaching.undo(connection.undo)
        self._connections.remove(connection.tap)

    def placed(self) -> list[Card]:
        """Return the cards that there are whose rules are in place, as far as this process knows.

        Where the kernel did not want the newest rules these are the cards of those before.
        """
        there = {(each.tap, each.port) for each in self._connections.all()}
        return [card for card in self._placed if (card.tap, card.document.port) in there]

    def route(self) -> None:
        """Have the routers that this node should have, once its rules know of them.

        Raises:
            ProgramFailed: The kernel does not want one; the others are there.
        """
        if self._gateway is not None:
            with self._alone():
                self._gateway.apply()

    def routers_here(self) -> list[GatewayDocument]:
        """Return the routers of this node, as they were when the kernel took them last."""
        return [] if self._gateway is None else self._gateway.here

    def routers(self) -> dict[str, int]:
        """Return the versions of the documents of routers that are here, by router."""
        return self._gateway.versions() if self._gateway else {}

    def own_routers(self) -> dict[str, int]:
        """Return the same of those only that this node is to have."""
        return self._gateway.own_versions() if self._gateway else {}

    def forget_gone(self) -> None:
        """Forget documents of what was deleted so long ago that no older one can come any more."""
        with self._alone():
            self.shelf.forget_gone(now=time.time())
            if self._gateway:
                self._gateway.forget_gone()

    def clear(self) -> None:
        """Take all rules away, and forget which cards there are; documents stay."""
        with self._alone():
            for connection in self._connections.all():
                attaching.undo(connection.undo)
                self._connections.remove(connection.tap)
            if self._gateway:
                self._gateway.clear()
            self._placing.clear()

    def rules(self) -> str:
        """Return the rules as they should be, for a kernel that has none; none is changed."""
        return tables.whole(self._found().tables())

    def _disconnect(self, tap: str) -> None:
        for connection in self._connections.all():
            if connection.tap == tap:
                attaching.undo(connection.undo)
        self._connections.remove(tap)
        self._put_rules()

    def _put_rules(self) -> dict[str, str]:
        """Have the kernel have the rules; return what it says of cards whose rules it refuses, by interface.

        Raises:
            ProgramFailed: It wants none of them.
        """
        attaching.require_connections_on_bridges()
        found, apart = self._found(), Apart()
        try:
            self._placing.put(found.tables())
        except ProgramFailed:
            apart = held_apart(
                found.cards, lambda some: self._placing.check(replace(found, cards=some).tables())
            )
            if not apart.problems:
                raise
            closed = [*found.closed, *apart.closed]
            found = replace(found, cards=apart.cards, closed=closed)
            self._placing.put(found.tables())
        self._placed = [*found.cards]
        return apart.problems

    def _found(self) -> _Found:
        connections = self._connections.all()
        found = [(each, self._known(each.port)) for each in connections]
        known = [(each, document) for each, document in found if document is not None]
        networks = {document.network.id for _, document in known}
        zones = self._zones.of([*networks, *(self._gateway.networks() if self._gateway else [])])
        cards = [
            Card(each.tap, each.bridge, zones[document.network.id], document)
            for each, document in known
        ]
        unknown = [each.tap for each, document in found if document is None]
        return _Found(cards, unknown, self._gateway.joints(zones) if self._gateway else [])

    def _known(self, port: str) -> PortDocument | None:
        try:
            return self.shelf.find(port)
        except Refused as reason:
            log.error("%s", reason, extra={"port": port})  # noqa: TRY400  # no trace
            return None

    def _document(self, plug: Plug) -> PortDocument:
        document = self._known(plug.name.removeprefix(CARD_PREFIX))
        if document is None or document.is_gone or not plug.name.startswith(CARD_PREFIX):
            raise NoDocument(f"no document for the card {plug.name!r}")
        network = document.network
        wanted = (document.mac, _GANETI_MODES[network.mode], network.link or plug.link)
        if wanted != (plug.mac, plug.mode, plug.link):
            raise NotConnected(
                f"{plug.name} has {plug.mac}, {plug.mode}, {plug.link!r} in Ganeti,"
                f" but {', '.join(wanted[:2])}, {wanted[2]!r} in its document"
            )
        return document

    def _take_in(self) -> None:
        """Take what came; what is refused is told of and gone."""
        now, paths = time.time(), [self.incoming / name for name in files.names(self.incoming)]
        if not paths:
            return
        for path in paths:
            try:
                self._take(path.read_text(errors="replace"), now)
            except Refused as reason:
                log.warning("a document is refused: %s", reason, extra={"file": path.name})
        self.shelf.sync()
        if self._gateway is not None:
            self._gateway.sync()
        for path in paths:  # what comes back after a crash is not newer than what is there
            path.unlink(missing_ok=True)

    def _take(self, signed: str, now: float) -> None:
        try:
            self.shelf.take(signed, now=now)
        except NotSigned:
            if self._gateway is None:
                raise
            self._gateway.take(signed)

    @contextmanager
    def as_only_daemon(self) -> Iterator[None]:
        """Keep other daemons from this directory; the kernel forgets it with this process.

        Raises:
            AlreadyRunning: There is another one.
        """
        # Not opened for writing anew: that would forget the number of the other one.
        with (self._directory / "daemon").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise AlreadyRunning(
                    f"process {file.read().strip()} is the daemon of {self._directory} already"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
