# SPDX-License-Identifier: Apache-2.0
"""The daemon: whatever changes, what this node has is made what it should be."""

from __future__ import annotations

import logging
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from inotify_simple import INotify, flags

from synnefo_node_ganeti.ending import Ending
from synnefo_node_ganeti.net.announcing import Advertiser
from synnefo_node_ganeti.net.node import Node
from synnefo_node_ganeti.net.parts import Parts, told
from synnefo_node_ganeti.net.patience import Patience
from synnefo_node_ganeti.net.routers import links, name_space
from synnefo_node_ganeti.net.servers import Servers
from synnefo_node_ganeti.net.spaces import path
from synnefo_node_ganeti.net.telling import tellings

log = logging.getLogger(__name__)

FORGET_S = 3600.0
"""How often documents of what is gone are looked for; each is read for it."""

_LINK_CHANGES = 1
"""The group of rtnetlink (RTMGRP_LINK) that hears of interfaces."""


class Agent:
    """Waits for documents and for interfaces that come and go, and applies what there is then.

    It looks again every ``check_s``, too: somebody may have changed the rules by hand. What fails is tried
    again sooner, then ever later, and at every turn.

    Attributes:
        problems: What is not as it should be since the last turn, a line each.
    """

    def __init__(self, node: Node, *, check_s: float) -> None:
        self._node, self._check_s = node, check_s
        self._forget_at = time.monotonic()
        self._patience = Patience()
        self.problems: tuple[str, ...] = ()
        self._servers = Servers(node.servers)
        self._advertiser = Advertiser()
        self._inotify = INotify()
        self._inotify.add_watch(node.incoming, flags.MOVED_TO)
        # A card that is connected becomes a file, too.
        self._inotify.add_watch(node.cards, flags.MOVED_TO | flags.DELETE)
        self._links = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._links.bind((0, _LINK_CHANGES))
        self._links.setblocking(False)

    def run(self, ending: Ending) -> None:
        """Take turns until told to end; rules that are in place stay so."""
        waits: dict[object, Callable[[], object]] = {
            self._inotify: lambda: self._inotify.read(timeout=0),
            self._links: self._hear_of_links,
            self._advertiser: self._advertiser.hear,
            ending: lambda: None,
        }
        with selectors.DefaultSelector() as selector:
            for each in waits:
                selector.register(each, selectors.EVENT_READ)  # type: ignore[arg-type]  # has fileno
            while not ending.is_told:
                self.turn()
                for key, _ in selector.select(self._rest_s):
                    waits[key.fileobj]()

    def close(self) -> None:
        self._servers.close()
        self._advertiser.close()
        self._inotify.close()
        self._links.close()

    def turn(self) -> None:
        """Apply what there is now, part by part; a failure is told of, tried again, and holds up no other part."""
        parts = Parts()
        with parts.part("rules"):
            self._node.apply()
        with parts.part("old documents"):
            self._forget_gone()
        with parts.part("servers"):
            # None but those whose rules are in place: they keep guests from asking as somebody else.
            self._servers.apply(tellings(self._node.placed()))
        with parts.part("routers"):
            self._node.route()
        with parts.part("advertisements"):
            here = self._node.routers_here()
            self._advertiser.apply({path(name_space(each.router)): links(each) for each in here})
        self._note(parts.problems)

    def _note(self, problems: dict[str, str]) -> None:
        self._patience.keep(problems)
        for name, problem in problems.items():
            extra = {"part": name, "again_in_s": self._patience.fail(name, None)}
            log.error("the node is not what it should be: %s", problem, extra=extra)
        down = [f"server {name}: not running" for name in self._servers.down]
        self.problems = (*told(problems), *down)

    @property
    def _rest_s(self) -> float:
        """How long to wait when nothing happens."""
        failed_s = self._patience.rest_s(self._patience.names)
        return min(self._check_s, self._servers.again_in_s, failed_s)

    def _forget_gone(self) -> None:
        if time.monotonic() >= self._forget_at:
            self._node.forget_gone()
            self._forget_at = time.monotonic() + FORGET_S

    def _hear_of_links(self) -> None:
        # What is said does not matter, nor that the kernel had to drop some: all is looked at.
        with suppress(OSError):
            while self._links.recv(65536):
                pass
