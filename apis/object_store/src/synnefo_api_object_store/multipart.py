# SPDX-License-Identifier: Apache-2.0
"""Forms with files, read as they come.

Source: RFC 7578 and RFC 2046, section 5.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from synnefo_core.errors import Invalid

Read = Callable[[int], bytes]

PIECE_BYTES = 64 * 1024
HEAD_BYTES = 16 * 1024
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Field:
    """A field of a form; its bytes are to be read before the next one is asked for.

    Attributes:
        filename: None when it is no file.
        content_type: What the client says of a file.
    """

    name: str
    filename: str | None
    content_type: str | None
    read: Read

    def text(self, most: int) -> str:
        """Return a short field.

        Raises:
            Invalid: It is not so short, or no UTF-8.
        """
        pieces, length = [], 0
        while piece := self.read(most + 1):
            pieces.append(piece)
            length += len(piece)
            if length > most:
                raise Invalid(f"the field {self.name[:64]} is too long")
        try:
            return b"".join(pieces).decode()
        except UnicodeDecodeError as cause:
            raise Invalid(f"the field {self.name[:64]} is not UTF-8") from cause


class Form:
    """A body of the type multipart/form-data."""

    def __init__(self, read: Read, content_type: str) -> None:
        """Learn the boundary.

        Raises:
            Invalid: The type has none.
        """
        said = Message()
        said["Content-Type"] = content_type
        boundary = said.get_param("boundary")
        if not isinstance(boundary, str) or not 1 <= len(boundary) <= 200:
            msg = "the form has no boundary"
            raise Invalid(msg)
        self._read = read
        self._mark = b"\r\n--" + boundary.encode("latin-1", "replace")
        # The first boundary has no line before it.
        self._buffer, self._is_over = b"\r\n", False

    def fields(self) -> Iterator[Field]:
        """Yield the fields in their order.

        Raises:
            Invalid: It is no such form.
        """
        self._skip()
        while not self._is_last():
            head = self._until(_END)
            yield _field(head, self._content)
            self._skip()

    def _content(self, most: int) -> bytes:
        """Return up to so many bytes of the field, none at its end."""
        while True:
            at = self._buffer.find(self._mark)
            if at >= 0:
                piece, self._buffer = self._buffer[:at][:most], self._buffer[min(at, most) :]
                return piece
            # The end of what is there may be the beginning of a boundary.
            safe = len(self._buffer) - len(self._mark) + 1
            if safe > 0:
                length = min(safe, most)
                piece, self._buffer = self._buffer[:length], self._buffer[length:]
                return piece
            self._more()

    def _skip(self) -> None:
        """Go to the end of the field, and behind the boundary."""
        while self._content(PIECE_BYTES):
            continue
        self._buffer = self._buffer[len(self._mark) :]

    def _is_last(self) -> bool:
        """Say whether the boundary was the last, and go to the next line if not."""
        while len(self._buffer) < 2:
            self._more()
        is_last = self._buffer.startswith(b"--")
        if not is_last and not self._buffer.lstrip(b" \t").startswith(b"\r\n"):
            msg = "the form has a boundary that is none"
            raise Invalid(msg)
        return is_last

    def _until(self, end: bytes) -> bytes:
        while (at := self._buffer.find(end)) < 0:
            if len(self._buffer) > HEAD_BYTES:
                msg = "a field of the form has too long a head"
                raise Invalid(msg)
            self._more()
        head, self._buffer = self._buffer[:at], self._buffer[at + len(end) :]
        return head

    def _more(self) -> None:
        piece = self._read(PIECE_BYTES)
        if not piece:
            msg = "the form is cut off"
            raise Invalid(msg)
        self._buffer += piece


def _field(head: bytes, read: Read) -> Field:
    said = BytesHeaderParser().parsebytes(head.lstrip())
    name = said.get_param("name", header="content-disposition")
    filename = said.get_param("filename", header="content-disposition")
    if not isinstance(name, str):
        msg = "a field of the form has no name"
        raise Invalid(msg)
    file = None if filename is None else _text(filename)
    return Field(_text(name), file, said["content-type"], read)


def _text(value: object) -> str:
    """Return a parameter of a header: browsers write UTF-8 there."""
    text = value[2] if isinstance(value, tuple) else str(value)
    return text.encode("utf-8", "surrogateescape").decode(errors="replace")
