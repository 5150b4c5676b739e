# SPDX-License-Identifier: Apache-2.0
"""A node at the other end of the bus, with the nodes' own reader of documents."""

from __future__ import annotations

import base64
import json
from typing import Any

from synnefo_core.contracts import gateways, nodes
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.nodes import ASK, DOCUMENT, HELLO, KNOWN, digest_of
from synnefo_core.signatures import Verifier
from synnefo_network.nodes import hellos, rounds, signing
from synnefo_node_ganeti.net.shelf import PORTS, ROUTERS, Shelf


class Node:
    """A node as the cloud sees it: it hears, keeps what it takes, and says what it has."""

    def __init__(self, context, directory, name, cluster="sim", *, is_gateway=False) -> None:
        self._context, self.name, self.cluster = context, name, cluster
        self.is_gateway = is_gateway
        keys = [base64.b64decode(key.public) for key in signing.list_signing_keys(context)]
        home = directory / cluster / name
        self.shelf = Shelf(home / "ports", Verifier(keys, nodes.PURPOSE), PORTS)
        self.routers = Shelf(home / "routers", Verifier(keys, gateways.PURPOSE), ROUTERS)
        self.heard, self.is_asked = [], False
        self.problem = ""
        self.known: dict[str, int] = {}

    def listen(self) -> Node:
        bus = self._context.cloud.bus
        for topic in (DOCUMENT, f"{DOCUMENT}.{self.name}"):
            bus.subscribe(topic, self._take)
        bus.subscribe(f"{ASK}.{self.name}", self._be_asked)
        return self

    def _take(self, messages) -> None:
        for message in messages:
            self.take(str(message.payload["document"]))

    def take(self, signed: str) -> None:
        is_router = "router" in json.loads(json.loads(signed)["text"])
        shelf = self.routers if is_router else self.shelf
        assert shelf.take(signed, now=self._context.now()), "a document that is not new"
        read = gateways.GatewayDocument if is_router else nodes.PortDocument
        document: Any = read.from_json(json.loads(signed)["text"])
        self.heard.append(document)
        key = document.router if is_router else document.port
        if document.is_gone:
            self.known.pop(key, None)
        else:
            self.known[key] = document.version

    def _be_asked(self, _messages) -> None:
        self.is_asked = True

    def news(self) -> list[Any]:
        """Return what was heard since this was asked last, once the cloud has said all."""
        rounds.run(self._context)
        bus = self._context.cloud.bus
        while bus.receive(timeout_s=0):
            pass
        heard, self.heard = self.heard, []
        return heard

    def hello(self) -> bool:
        """Say hello; return whether the cloud asks what is known."""
        said = {"node": self.name, "documents": len(self.known), "digest": digest_of(self.known)}
        if self.is_gateway:
            said["gateway"] = True
        if self.problem:
            said["problem"] = self.problem
        hellos.hear_hellos(self._context, [Message(HELLO, said, sender=self.cluster)])
        self.is_asked, bus = False, self._context.cloud.bus
        while bus.receive(timeout_s=0):
            pass
        return self.is_asked

    def answer(self) -> None:
        """Say what is known here."""
        routers = {key: version for key, version in self.known.items() if key in self._router_ids}
        ports = {key: version for key, version in self.known.items() if key not in routers}
        said = {"node": self.name, "after": None, "until": None, "known": ports}
        if self.is_gateway:
            said["routers"] = routers
        hellos.hear_known(self._context, [Message(KNOWN, said, sender=self.cluster)])

    @property
    def _router_ids(self) -> set[str]:
        return {*self.routers.ids(), *(key for key in self.known if key.startswith("router-"))}
