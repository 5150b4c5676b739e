# SPDX-License-Identifier: Apache-2.0
"""The routers of this node, where it is a gateway: the documents that name it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from synnefo_core.contracts.gateways import GatewayDocument, Leg
from synnefo_core.signatures import Verifier
from synnefo_node_ganeti.net import routers
from synnefo_node_ganeti.net.cards import Joint
from synnefo_node_ganeti.net.parts import Parts
from synnefo_node_ganeti.net.shelf import ROUTERS, Refused, Shelf
from synnefo_node_ganeti.net.spaces import Spaces

log = logging.getLogger(__name__)


class Gateway:
    """A directory with a document per router, and the name spaces that they are.

    Attributes:
        here: The routers of this node, as they were when the kernel took them last.
    """

    def __init__(self, directory: Path, verifier: Verifier, *, name: str) -> None:
        """Name the directory, and this node as documents do."""
        self._name = name
        self._shelf = Shelf(directory, verifier, ROUTERS)
        self._spaces = Spaces()
        self.here: list[GatewayDocument] = []

    def take(self, signed: str) -> None:
        """Keep a document instead of an older one; until :meth:`sync` not for good.

        Raises:
            Refused: See :meth:`Shelf.take`.
        """
        self._shelf.take(signed, now=time.time())

    def sync(self) -> None:
        """Return once all that was taken is there for good."""
        self._shelf.sync()

    def versions(self) -> dict[str, int]:
        """Return the versions of the documents of routers that are here, by router."""
        return self._shelf.versions()

    def own_versions(self) -> dict[str, int]:
        """Return the same of the routers only that are to be here."""
        return {key: document.version for key, document in self._known()[0].items()}

    def forget_gone(self) -> None:
        """Forget deleted routers of which no older document can come any more."""
        self._shelf.forget_gone(now=time.time())

    def networks(self) -> list[str]:
        """Return the ids of the networks that routers here have cards in."""
        return [leg.network.id for leg in self._legs()]

    def joints(self, zones: Mapping[str, int]) -> list[Joint]:
        """Return where routers are joined to bridges; ``zones`` are networks' numbers."""
        return [
            Joint(routers.outer(leg), leg.network.link, zones[leg.network.id], leg.network)
            for leg in self._legs()
        ]

    def apply(self) -> None:
        """Have the routers that documents say are here, and no others.

        Raises:
            ProgramFailed: The kernel does not want one; the others are there.
        """
        mine, unknown = self._known()
        parts, before = Parts(), {each.router: each for each in self.here}
        here = {key: before[key] for key in mine if key in before}
        with parts.part("others"):
            self._spaces.keep({routers.name_space(key) for key in (*mine, *unknown)})
        for key, document in mine.items():
            with parts.part(f"router {key}"):
                self._spaces.put(document)
                here[key] = document
        self.here = list(here.values())
        parts.require()

    def clear(self) -> None:
        """Take all routers away; documents stay."""
        self._spaces.keep(set())

    def _legs(self) -> list[Leg]:
        mine, _ = self._known()
        return [link.leg for document in mine.values() for link in routers.links(document)]

    def _known(self) -> tuple[dict[str, GatewayDocument], list[str]]:
        """Return the routers of this node by id, and those whose documents are damaged."""
        mine, unknown = {}, []
        for key in self._shelf.ids():
            document = None
            with suppress(Refused):
                document = self._shelf.find(key)
            if document is None:
                log.error("the document of a router is damaged", extra={"router": key})
                unknown.append(key)
            elif document.node == self._name and not document.is_gone:
                mine[key] = document
        return mine, unknown
