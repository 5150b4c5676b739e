# SPDX-License-Identifier: Apache-2.0
"""The documents that this node goes by.

Whether one is the cloud's is asked when it comes and never again: a key that is given up must not
cut off guests whose documents were signed with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import InvalidDocument, PortDocument
from synnefo_core.signatures import Forged, Verifier
from synnefo_node_ganeti.net import files

PURPOSE = "synnefo port document"
"""What documents of ports are signed for."""

MOST_BYTES = 4 * 1024 * 1024

_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class Refused(Exception):
    """A document is not taken; says why."""


class NotSigned(Refused):
    """A document is not the cloud's, or one of another kind."""


class Document(Protocol):
    """What all kinds of documents have."""

    @property
    def version(self) -> int: ...
    @property
    def expires_at(self) -> float: ...
    @property
    def is_gone(self) -> bool: ...
    def to_json(self) -> str: ...


_Document = TypeVar("_Document", bound=Document)


@dataclass(frozen=True)
class Kind(Generic[_Document]):
    """A kind of documents: what each is about, how it is read, and its id found."""

    about: str
    read: Callable[[str], _Document]
    id_of: Callable[[_Document], str]


PORTS = Kind("port", PortDocument.from_json, lambda document: document.port)
ROUTERS = Kind("router", GatewayDocument.from_json, lambda document: document.router)


class Shelf(Generic[_Document]):
    """A directory with a document per port, or per router."""

    def __init__(self, directory: Path, verifier: Verifier, kind: Kind[_Document]) -> None:
        self._directory, self._verifier, self._kind = directory, verifier, kind
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, signed: str, *, now: float) -> bool:
        """Keep a document instead of an older one of the same thing.

        Args:
            signed: What came, from whomever.
            now: Seconds since the epoch.

        Returns:
            Whether it is new; False for the one that is there already.

        Raises:
            Refused: It is not the cloud's, nothing we understand, expired, or not newer.
        """
        document = self._opened(signed)
        if document.expires_at <= now:
            raise Refused(f"the document of {self._named(document)} has expired")
        before = self.find(self._kind.id_of(document))
        if before is not None and document.version <= before.version:
            if document == before:
                return False
            raise Refused(f"{self._named(document)} has version {before.version} already")
        files.write(self._path(self._kind.id_of(document)), document.to_json())
        return True

    def ids(self) -> list[str]:
        """Return of what there are documents."""
        return [name.removesuffix(".json") for name in files.names(self._directory)]

    def find(self, key: str) -> _Document | None:
        """Return the document of an id; None without one.

        Raises:
            Refused: There is one, damaged.
        """
        try:
            document = self._read(self._path(key).read_text())
        except FileNotFoundError:
            return None
        if self._kind.id_of(document) != key:
            raise Refused(f"the document of {self._kind.about} {key} is another's")
        return document

    def forget_gone(self, *, now: float) -> None:
        """Forget what was deleted and of which no older document can come any more."""
        for key in self.ids():
            document = self.find(key)
            if document is not None and document.is_gone and document.expires_at <= now:
                files.remove(self._path(key))

    def _opened(self, signed: str) -> _Document:
        if len(signed) > MOST_BYTES:
            raise Refused("a document that is too large")
        try:
            text = self._verifier.open(signed)
        except Forged as cause:
            raise NotSigned(str(cause)) from cause
        return self._read(text)

    def _read(self, text: str) -> _Document:
        try:
            return self._kind.read(text)
        except InvalidDocument as cause:
            raise Refused(f"a document that says what can't be: {cause}") from cause

    def _named(self, document: _Document) -> str:
        return f"{self._kind.about} {self._kind.id_of(document)}"

    def _path(self, key: str) -> Path:
        if not _ID.fullmatch(key):
            raise Refused(f"not a {self._kind.about}'s id")
        return self._directory / f"{key}.json"
