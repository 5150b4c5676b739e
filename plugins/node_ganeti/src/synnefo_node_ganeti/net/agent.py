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
from synnefo_node_ganeti.net.programs import ProgramFailed
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

    It looks again every ``check_s``, too: somebody may have changed the rules by hand.
    """

    def __init__(self, node: Node, *, check_s: float) -> None:
        self._node, self._check_s = node, check_s
        self._forget_at = time.monotonic()
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
        """Apply what there is now; a failure is told of, and tried again at the next turn."""
        try:
            cards = self._node.apply()
            self._forget_gone()
            self._servers.apply(tellings(cards))
            here = self._node.route()
            self._advertiser.apply(
                {path(name_space(each.router)): links(each) for each in here},
            )
        except (ProgramFailed, OSError) as problem:
            log.error("the node is not what it should be: %s", problem)  # noqa: TRY400  # no trace
        else:
            log.debug("applied", extra={"cards": len(cards)})

    @property
    def _rest_s(self) -> float:
        """How long to wait when nothing happens."""
        return min(self._check_s, self._servers.again_in_s)

    def _forget_gone(self) -> None:
        if time.monotonic() >= self._forget_at:
            self._node.forget_gone()
            self._forget_at = time.monotonic() + FORGET_S

    def _hear_of_links(self) -> None:
        # What is said does not matter, nor that the kernel had to drop some: all is looked at.
        with suppress(OSError):
            while self._links.recv(65536):
                pass
