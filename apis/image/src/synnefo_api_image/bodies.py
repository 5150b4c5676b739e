# SPDX-License-Identifier: Apache-2.0
"""The body of an upload as it comes from the socket."""

from __future__ import annotations

from webob import Request

from synnefo_core.errors import Invalid, LengthRequired


class Body:
    """A stream of known length, or in chunks."""

    def __init__(self, request: Request) -> None:
        """Look at what the request promises; nothing is read yet.

        Raises:
            LengthRequired: It promises neither a length nor chunks.
        """
        is_chunked = request.environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked"
        self._stream = request.environ["wsgi.input"]
        self.size_bytes = None if is_chunked else request.content_length
        if self.size_bytes is None and not is_chunked:
            raise LengthRequired("a Content-Length or chunks are needed")
        self._left = self.size_bytes

    def read(self, most: int) -> bytes:
        """Return up to so many bytes, none at the end.

        Raises:
            Invalid: The body is shorter than promised, or its chunks make no sense.
        """
        if self._left is not None:
            most = min(most, self._left)
            if most == 0:
                return b""
        try:
            piece: bytes = self._stream.read(most)
        except (OSError, ValueError) as cause:
            raise Invalid("the body broke off") from cause
        if self._left is not None:
            if not piece:
                raise Invalid("the body is shorter than its Content-Length")
            self._left -= len(piece)
        return piece
