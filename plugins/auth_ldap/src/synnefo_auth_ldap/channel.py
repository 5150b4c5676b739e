# SPDX-License-Identifier: Apache-2.0
"""The way to a server: TCP, TLS and StartTLS by Python, so that no wait is without an end.

libldap could do all this, but as Debian builds it (with GnuTLS) it waits for a TLS handshake in a
busy loop that no time-out ends. It is given one end of a pair of sockets; what it writes there is
encrypted on the way to the server.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from synnefo_auth_ldap.errors import ServerFailed

CHUNK = 64 * 1024
SEND_S = 30.0
"""How long a server may take to accept what it is sent before it counts as gone."""

START_TLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
"""The extended request with message number 1. Source: RFC 4511, 4.14.1."""


@dataclass(frozen=True)
class Address:
    """Where a server is: ``ldap://HOST:389`` or ``ldaps://HOST:636``."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, uri: str) -> Address:
        """Read an address.

        Raises:
            ValueError: It is none, or more than one.
        """
        parts = urlsplit(uri)
        default = {"ldap": 389, "ldaps": 636}.get(parts.scheme)
        is_more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in uri
        if default is None or not parts.hostname or is_more:
            msg = f"{uri!r} is no address like ldaps://ldap.example.org:636"
            raise ValueError(msg)
        return cls(parts.scheme, parts.hostname, parts.port or default)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(frozen=True)
class Trust:
    """Whom to believe.

    Attributes:
        context: Checks the server's certificate and the name in it.
        starts_tls: Whether a connection to ``ldap://`` begins with StartTLS; without it all that
            is said there can be read on the way.
    """

    context: ssl.SSLContext
    starts_tls: bool


def trusting(ca_file: str | None, *, starts_tls: bool) -> Trust:
    """Return trust in the authorities of a file, by default those of the system.

    Raises:
        OSError: The file can't be read or holds no certificate.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return Trust(context, starts_tls)


def open_channel(address: Address, trust: Trust, timeout_s: float) -> socket.socket:
    """Return a connected socket over which LDAP can be spoken.

    Raises:
        ServerFailed: The server does not answer, is not trusted or refuses to encrypt.
    """
    with contextlib.ExitStack() as on_failure:
        try:
            outside = socket.create_connection((address.host, address.port), timeout_s)
            on_failure.callback(outside.close)
            outside.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            outside.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.scheme == "ldaps":
                channel = _encrypted(outside, address, trust)
            elif trust.starts_tls:
                _ask_for_tls(outside, address)
                channel = _encrypted(outside, address, trust)
            else:
                outside.settimeout(None)
                channel = outside
        except ssl.SSLCertVerificationError as cause:
            problem = f"the certificate is not trusted: {cause.verify_message}"
            raise ServerFailed(address, problem) from cause
        except OSError as cause:
            raise ServerFailed(address, str(cause)) from cause
        on_failure.pop_all()
        return channel


def _encrypted(plain: socket.socket, address: Address, trust: Trust) -> socket.socket:
    """Shake hands; return a socket whose traffic goes through TLS."""
    outside = trust.context.wrap_socket(
        plain, server_hostname=address.host, do_handshake_on_connect=False
    )
    try:
        outside.do_handshake()
    except OSError:
        outside.close()
        raise
    inside, ours = socket.socketpair()
    tunnel = threading.Thread(
        target=_carry, args=(ours, outside), name=f"tunnel to {address}", daemon=True
    )
    tunnel.start()
    return inside


def _carry(ours: socket.socket, outside: ssl.SSLSocket) -> None:
    """Carry data both ways until one end is closed; then close the other."""
    with ours, outside, selectors.DefaultSelector() as selector, contextlib.suppress(OSError):
        selector.register(ours, selectors.EVENT_READ)
        selector.register(outside, selectors.EVENT_READ)
        is_open = True
        while is_open:
            ready = {key.fileobj for key, _ in selector.select()}
            is_open = (outside not in ready or _receive(outside, ours)) and (
                ours not in ready or _send(ours, outside)
            )


def _receive(outside: ssl.SSLSocket, ours: socket.socket) -> bool:
    """Carry what has come from the server; return whether more may come."""
    outside.setblocking(False)
    while True:
        try:
            data = outside.recv(CHUNK)
        except ssl.SSLWantReadError:
            # That was all, or it was TLS' own: a new session ticket.
            return True
        if not data:
            return False
        ours.sendall(data)


def _send(ours: socket.socket, outside: ssl.SSLSocket) -> bool:
    """Carry what is to go to the server; return whether more may come."""
    data = ours.recv(CHUNK)
    outside.setblocking(True)
    outside.settimeout(SEND_S)
    outside.sendall(data)
    return bool(data)


def _ask_for_tls(plain: socket.socket, address: Address) -> None:
    """Send StartTLS and read the answer, not a byte more.

    Raises:
        ServerFailed: The server refuses.
    """
    plain.sendall(START_TLS)
    code = _result_code(_read(plain, 2), plain)
    if code != 0:
        raise ServerFailed(address, f"StartTLS was refused with result {code}")


def _result_code(head: bytes, plain: socket.socket) -> int:
    """Return the result code of an extended response. Source: RFC 4511, 4.1.9 and 4.12.

    Raises:
        OSError: It is something else.
    """
    length = head[1]
    if length & 0x80:
        length = int.from_bytes(_read(plain, length & 0x7F), "big")
    if head[0] != 0x30 or length > CHUNK:
        raise OSError("the answer to StartTLS is not LDAP")
    message = _read(plain, length)
    # The number of the message (one byte), then the response: its length, then the code.
    start = message.find(b"\x0a\x01", 5, 5 + 8)
    if not message.startswith(b"\x02\x01\x01\x78") or start < 0 or len(message) < start + 3:
        raise OSError("the answer to StartTLS is not one")
    return message[start + 2]


def _read(plain: socket.socket, count: int) -> bytes:
    """Read so many bytes.

    Raises:
        OSError: The connection ends before.
    """
    data = b""
    while len(data) < count:
        more = plain.recv(count - len(data))
        if not more:
            raise OSError("the connection was closed")
        data += more
    return data
