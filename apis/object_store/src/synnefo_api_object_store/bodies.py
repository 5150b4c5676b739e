# SPDX-License-Identifier: Apache-2.0
"""The body of an upload as it comes from the socket."""

from __future__ import annotations

from webob import Request

from synnefo_api_object_store.faults import BrokenOff
from synnefo_core.errors import LengthRequired, TooLarge
from synnefo_core.wsgi.streams import broken


class Body:
    """A stream of known length, or in chunks.

    Nothing is read before it is asked for, so a client that waits for "100 Continue" gets it when,
    and only if, the body is wanted.
    """

    def __init__(self, request: Request) -> None:
        """Look at what the request promises.

        Raises:
            LengthRequired: It promises neither a length nor chunks.
        """
        is_chunked = request.environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        self._stream = request.environ["wsgi.input"]
        self.size_bytes = None if is_chunked else request.content_length
        if self.size_bytes is None and not is_chunked:
            msg = "a Content-Length or chunks are needed"
            raise LengthRequired(msg)
        self._left = self.size_bytes

    def read(self, most: int) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            BrokenOff: The client is gone, or what it sends makes no sense.
        """
        if self._left is not None:
            most = min(most, self._left)
            if most == 0:
                return b""
        try:
            piece: bytes = self._stream.read(most)
        except broken() as cause:
            raise BrokenOff from cause
        if self._left is not None:
            if not piece:
                raise BrokenOff
            self._left -= len(piece)
        return piece

    def read_all(self, most: int) -> bytes:
        """Return the whole body.

        Raises:
            BrokenOff: The client is gone, or what it sends makes no sense.
            TooLarge: It is longer than ``most``.
        """
        pieces, length = [], 0
        while piece := self.read(most + 1 - length):
            pieces.append(piece)
            length += len(piece)
            if length > most:
                raise TooLarge(most)
        return b"".join(pieces)
