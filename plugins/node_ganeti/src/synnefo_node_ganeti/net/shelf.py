# SPDX-License-Identifier: Apache-2.0
"""The documents that this node goes by.

Whether one is the cloud's is asked when it comes and never again: a key that is given up must not
cut off guests whose documents were signed with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_core.contracts.nodes import InvalidDocument, PortDocument
from synnefo_core.signatures import Forged, Verifier
from synnefo_node_ganeti.net import files

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


class _Seen(NamedTuple):
    """When a file was changed last, and the version of the document in it."""

    changed_at: int
    version: int | None


_NEVER = _Seen(0, None)


class Shelf(Generic[_Document]):
    """A directory with a document per port, or per router."""

    def __init__(self, directory: Path, verifier: Verifier, kind: Kind[_Document]) -> None:
        self._directory, self._verifier, self._kind = directory, verifier, kind
        self._seen: dict[str, _Seen] = {}
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, signed: str, *, now: float) -> bool:
        """Keep a document instead of an older one of the same thing; until :meth:`sync` not for good.

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
            # The same one is sent again with a later expiry.
            if replace(cast("Any", document), expires_at=before.expires_at) == before:
                return False
            raise Refused(f"{self._named(document)} has version {before.version} already")
        files.put(self._path(self._kind.id_of(document)), document.to_json())
        return True

    def sync(self) -> None:
        """Return once all that was taken is there for good, whatever happens."""
        files.sync(self._directory)

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

    def versions(self) -> dict[str, int]:
        """Return the versions of all documents, but for those of ports that are gone."""
        seen: dict[str, _Seen] = {}
        for name in files.names(self._directory):
            try:
                changed_at = (self._directory / name).stat().st_mtime_ns
                seen[name] = self._seen.get(name, _NEVER)
                if seen[name].changed_at != changed_at:
                    document = self.find(name.removesuffix(".json"))
                    version = None if document is None or document.is_gone else document.version
                    seen[name] = _Seen(changed_at, version)
            except (FileNotFoundError, Refused):
                seen.pop(name, None)  # the cloud sends it again
        self._seen = seen
        return {
            name.removesuffix(".json"): each.version
            for name, each in seen.items()
            if each.version is not None
        }

    def forget_gone(self, *, now: float) -> None:
        """Forget what was deleted and of which no older document can come any more."""
        for key in self.ids():
            document = None
            with suppress(Refused):  # a damaged one is told of where it is missed
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
