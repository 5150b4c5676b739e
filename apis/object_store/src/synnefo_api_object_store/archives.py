# SPDX-License-Identifier: Apache-2.0
"""Tar archives, read as they come: no file of one is ever on a disk or in memory as a whole."""

from __future__ import annotations

import bz2
import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, cast

from synnefo_api_object_store.bodies import Body
from synnefo_core.errors import Invalid

# Those of tarfile itself would pass over an archive that is cut off.
FORMS: Mapping[str, Callable[[IO[bytes]], IO[bytes]]] = {
    "tar": lambda stream: stream,
    "tar.gz": lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb")),
    "tar.bz2": lambda stream: cast("IO[bytes]", bz2.BZ2File(stream)),
}
_MIME = ("SCHILY.xattr.user.mime_type", "LIBARCHIVE.xattr.user.mime_type")
_META = ("SCHILY.xattr.user.meta.", "LIBARCHIVE.xattr.user.meta.")
_BROKEN = (tarfile.TarError, EOFError, OSError, ValueError, zlib.error)


@dataclass(frozen=True)
class File:
    """A file in an archive; its bytes are to be read before the next one is asked for.

    Attributes:
        content_type: From an extended attribute, if it has one.
        metadata: From extended attributes.
    """

    name: str
    size_bytes: int
    content_type: str | None
    metadata: dict[str, str]
    _stream: tarfile.ExFileObject

    def read(self, most: int) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            Invalid: The archive is broken.
        """
        try:
            piece = self._stream.read(most)
        except _BROKEN as cause:
            raise _invalid(cause) from cause
        if not piece and self._stream.tell() < self.size_bytes:
            msg = "invalid tar file: a file in it is cut off"
            raise Invalid(msg)
        return piece


def files(body: Body, form: str) -> Iterator[File]:
    """Yield the plain files of an archive.

    Raises:
        Invalid: There is no such form, or the archive is broken.
    """
    unpacked = FORMS.get(form)
    if unpacked is None:
        raise Invalid(f"archives are {', '.join(FORMS)}")
    try:
        stream = unpacked(cast("IO[bytes]", body))
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            yield from _files(archive)
    except _BROKEN as cause:
        raise _invalid(cause) from cause


def _files(archive: tarfile.TarFile) -> Iterator[File]:
    for member in archive:
        stream = archive.extractfile(member) if member.isreg() else None
        if not isinstance(stream, tarfile.ExFileObject):
            continue
        named = member.pax_headers
        mime = next((named[key] for key in _MIME if key in named), None)
        yield File(member.name, member.size, mime, _metadata(named), stream)


def _metadata(named: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for key, value in named.items():
        for prefix in _META:
            if key.startswith(prefix) and len(key) > len(prefix):
                words = key.removeprefix(prefix).replace("_", "-").split("-")
                found["-".join(word.capitalize() for word in words)] = value
    return found


def _invalid(cause: Exception) -> Invalid:
    return Invalid(f"invalid tar file: {cause}")
