# SPDX-License-Identifier: Apache-2.0
"""The documents that this node goes by.

Whether one is the cloud's is asked when it comes and never again: a key that is given up must not
cut off guests whose documents were signed with it.
"""

from __future__ import annotations

import re
from pathlib import Path

from synnefo_core.contracts.nodes import InvalidDocument, PortDocument
from synnefo_core.signatures import Forged, Verifier
from synnefo_node_ganeti.net import files

PURPOSE = "synnefo port document"
"""What documents are signed for."""

MOST_BYTES = 4 * 1024 * 1024

_PORT = re.compile(r"[0-9A-Za-z-]{1,64}")


class Refused(Exception):
    """A document is not taken; says why."""


class Shelf:
    """A directory with a document per port."""

    def __init__(self, directory: Path, verifier: Verifier) -> None:
        self._directory, self._verifier = directory, verifier
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, signed: str, *, now: float) -> bool:
        """Keep a document instead of an older one of its port.

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
            raise Refused(f"the document of port {document.port} has expired")
        before = self.find(document.port)
        if before is not None and document.version <= before.version:
            if document == before:
                return False
            raise Refused(f"port {document.port} has version {before.version} already")
        files.write(self._path(document.port), document.to_json())
        return True

    def find(self, port: str) -> PortDocument | None:
        """Return the document of a port; None without one.

        Raises:
            Refused: There is one, damaged.
        """
        try:
            document = _read(self._path(port).read_text())
        except FileNotFoundError:
            return None
        if document.port != port:
            raise Refused(f"the document of port {port} is another's")
        return document

    def forget_gone(self, *, now: float) -> None:
        """Forget deleted ports of which no older document can come any more."""
        for name in files.names(self._directory):
            document = self.find(name.removesuffix(".json"))
            if document is not None and document.is_gone and document.expires_at <= now:
                files.remove(self._directory / name)

    def _opened(self, signed: str) -> PortDocument:
        if len(signed) > MOST_BYTES:
            raise Refused("a document that is too large")
        try:
            return _read(self._verifier.open(signed))
        except Forged as cause:
            raise Refused(str(cause)) from cause

    def _path(self, port: str) -> Path:
        if not _PORT.fullmatch(port):
            raise Refused("not a port's id")
        return self._directory / f"{port}.json"


def _read(text: str) -> PortDocument:
    try:
        return PortDocument.from_json(text)
    except InvalidDocument as cause:
        raise Refused(f"a document that says what can't be: {cause}") from cause
