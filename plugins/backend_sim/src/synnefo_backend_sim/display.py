# SPDX-License-Identifier: Apache-2.0
"""The screen of one simulated instance: a VNC server of one picture.

The name of the desktop is the instance's, and so is the picture: stripes that spell the name's
bits. Keys and the mouse are taken in and come to nothing.

Source: RFC 6143, The Remote Framebuffer Protocol (version 3.8, security type None).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

VERSION = b"RFB 003.008\n"
WIDTH, HEIGHT = 320, 200

_NO_SECURITY = 1
_LOOK_S = 1.0
"""How often a display looks whether its instance still runs."""
_MOST_BYTES = 1024 * 1024
"""The longest text that a client may paste."""

_SET_PIXEL_FORMAT, _SET_ENCODINGS, _UPDATE, _KEY, _POINTER, _CUT = 0, 2, 3, 4, 5, 6
_REST_BYTES = {_SET_PIXEL_FORMAT: 19, _SET_ENCODINGS: 3, _UPDATE: 9, _KEY: 7, _POINTER: 5, _CUT: 7}
"""How many bytes of fixed form follow the first one of a message."""


class _Ended(Exception):
    """The client went away, spoke something else, or the instance was switched off."""


@dataclass(frozen=True)
class PixelFormat:
    """How a client wants a pixel."""

    bits: int = 32
    depth: int = 24
    is_big_endian: bool = False
    is_true_color: bool = True
    red_max: int = 255
    green_max: int = 255
    blue_max: int = 255
    red_shift: int = 16
    green_shift: int = 8
    blue_shift: int = 0

    _FORM = struct.Struct(">BB??HHHBBB3x")

    @classmethod
    def read(cls, form: bytes) -> PixelFormat:
        """Read the 16 bytes that stand for it."""
        read = cls(*cls._FORM.unpack(form))
        if read.bits not in (8, 16, 32):
            raise _Ended
        return read

    def form(self) -> bytes:
        """Return the 16 bytes that stand for it."""
        return self._FORM.pack(
            self.bits,
            self.depth,
            self.is_big_endian,
            self.is_true_color,
            self.red_max,
            self.green_max,
            self.blue_max,
            self.red_shift,
            self.green_shift,
            self.blue_shift,
        )

    def grey(self, light: float) -> bytes:
        """Return a pixel between black (0.0) and white (1.0)."""
        value = (
            (int(light * self.red_max) << self.red_shift)
            | (int(light * self.green_max) << self.green_shift)
            | (int(light * self.blue_max) << self.blue_shift)
        ) & ((1 << self.bits) - 1)
        return value.to_bytes(self.bits // 8, "big" if self.is_big_endian else "little")


class Display:
    """The server's end of one connection.

    Args:
        client: The connection.
        name: The instance.
        is_on: Whether the instance runs.
    """

    def __init__(self, client: socket.socket, name: str, *, is_on: Callable[[], bool]) -> None:
        self._client, self._name, self._is_on = client, name, is_on
        self._format = PixelFormat()

    def serve(self) -> None:
        """Serve until the client goes away or the instance is switched off."""
        with closing(self._client), suppress(_Ended, OSError):
            self._client.settimeout(_LOOK_S)
            self._greet()
            while True:
                self._answer(self._read(1)[0])

    def _greet(self) -> None:
        self._client.sendall(VERSION)
        if self._read(len(VERSION)) != VERSION:
            raise _Ended
        self._client.sendall(bytes([1, _NO_SECURITY]))
        if self._read(1)[0] != _NO_SECURITY:
            raise _Ended
        self._client.sendall(struct.pack(">I", 0))
        self._read(1)  # whether others may watch: they may
        name = self._name.encode()
        size = struct.pack(">HH", WIDTH, HEIGHT)
        self._client.sendall(size + self._format.form() + struct.pack(">I", len(name)) + name)

    def _answer(self, kind: int) -> None:
        if kind not in _REST_BYTES:
            raise _Ended
        rest = self._read(_REST_BYTES[kind])
        if kind == _SET_PIXEL_FORMAT:
            self._format = PixelFormat.read(rest[3:])
        elif kind == _SET_ENCODINGS:
            self._read(4 * struct.unpack(">xH", rest)[0])
        elif kind == _CUT:
            self._read(struct.unpack(">3xI", rest)[0])
        elif kind == _UPDATE and not rest[0]:
            self._show(*struct.unpack(">xHHHH", rest))
        # Of a picture that never changes there is nothing to tell who asks for changes only.

    def _show(self, x: int, y: int, width: int, height: int) -> None:
        width, height = min(width, WIDTH - x), min(height, HEIGHT - y)
        if width <= 0 or height <= 0:
            raise _Ended
        line = b"".join(self._pixel(column) for column in range(x, x + width))
        head = struct.pack(">BxHHHHHi", 0, 1, x, y, width, height, 0)
        self._client.settimeout(None)  # a picture may take its time
        self._client.sendall(head + line * height)
        self._client.settimeout(_LOOK_S)

    def _pixel(self, column: int) -> bytes:
        spelt = self._name.encode()
        bit = column * len(spelt) * 8 // WIDTH
        return self._format.grey((spelt[bit // 8] >> (7 - bit % 8)) & 1)

    def _read(self, count: int) -> bytes:
        """Return so many bytes, however long they take to come, while the instance runs."""
        if count > _MOST_BYTES:
            raise _Ended
        read = b""
        while len(read) < count:
            try:
                more = self._client.recv(count - len(read))
            except TimeoutError:
                if not self._is_on():
                    raise _Ended from None
                continue
            if not more:
                raise _Ended
            read += more
        return read
