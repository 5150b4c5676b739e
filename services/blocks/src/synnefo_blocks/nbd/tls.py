# SPDX-License-Identifier: Apache-2.0
"""Clients of other machines: NBD over TLS on TCP.

A client says who it is by a certificate, and is let in from allowed addresses only. Before TLS is on
nothing can be asked for but TLS. What comes then is passed on to the server over a pair of sockets, by one
thread for each client: an encrypted connection can't be read and written by two at once.

Source: the NBD project's doc/proto.md, "TLS support".
"""

from __future__ import annotations

import ipaddress
import logging
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_blocks.nbd import protocol
from synnefo_blocks.nbd.protocol import Answer, Option
from synnefo_blocks.nbd.wire import Ended
from synnefo_core.contracts.driver import Misconfigured

log = logging.getLogger(__name__)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_CLIENTS = 16
BEGINNING_S = 10.0
"""So long a client may take until TLS is on."""
ROOM_BYTES = 256 * 1024
_FLAGS = protocol.FIXED_NEWSTYLE | protocol.NO_ZEROES


@dataclass(frozen=True)
class TlsTerms:
    """Who is let in.

    Attributes:
        certificate: A file with the server's certificate and those above it.
        key: A file with its key.
        authority: A file with the certificate that those of clients come from.
        allowed: Networks that clients come from; nobody without any.
    """

    certificate: Path
    key: Path
    authority: Path
    allowed: Sequence[Network]

    def context(self) -> ssl.SSLContext:
        """Return what a server of these terms needs.

        Raises:
            Misconfigured: A file cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_cert_chain(self.certificate, self.key)
            context.load_verify_locations(self.authority)
        except OSError as cause:
            raise Misconfigured(f"the certificates can't be used: {cause}") from cause
        return context

    def allows(self, address: str) -> bool:
        """Say whether a client may come from an address."""
        found = ipaddress.ip_address(address.partition("%")[0])
        mapped = getattr(found, "ipv4_mapped", None) or found
        return any(mapped in network for network in self.allowed)


class TlsDoor:
    """Listens on TCP, and passes clients on."""

    def __init__(
        self, address: tuple[str, int], terms: TlsTerms, admit: Callable[[socket.socket], None]
    ) -> None:
        """Listen; the port of 0 is any free one.

        Raises:
            OSError: The address can't be used.
            Misconfigured: The certificates can't.
        """
        self._terms, self._context, self._admit = terms, terms.context(), admit
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        # A process that takes over listens before the old one has gone.
        self._listening = socket.create_server(address, family=family, reuse_port=True)
        self._room = threading.Semaphore(MOST_CLIENTS)
        self._thread = threading.Thread(target=self._run, name="nbd-tls-door", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._listening.getsockname()[1])

    def close(self) -> None:
        """Take no more clients; those there are end with the server."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _run(self) -> None:
        while True:
            try:
                client, address = self._listening.accept()
            except OSError:
                return
            if not self._terms.allows(address[0]) or not self._room.acquire(blocking=False):
                log.warning("turned away a client", extra={"address": address[0]})
                client.close()
                continue
            threading.Thread(
                target=self._serve, args=(client,), name="nbd-tls", daemon=True
            ).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client:
                client.settimeout(BEGINNING_S)
                asked = _beginning(client)
                with self._context.wrap_socket(client, server_side=True) as encrypted:
                    self._pass_on(encrypted, asked)
        except (OSError, Ended, struct.error) as fault:
            log.info("a client over TLS has gone: %s", fault)
        finally:
            self._room.release()

    def _pass_on(self, encrypted: ssl.SSLSocket, asked: int) -> None:
        ours, servers = socket.socketpair()
        with ours:
            self._admit(servers)
            ours.settimeout(BEGINNING_S)
            # The client has been greeted, and has said which flags it knows.
            _taken(ours, protocol.GREETING.size)
            ours.sendall(struct.pack(">I", asked))
            Relay(encrypted, ours).run()


class Relay:
    """Passes bytes between an encrypted connection and a plain one, until one of them ends."""

    def __init__(self, encrypted: ssl.SSLSocket, plain: socket.socket) -> None:
        self._encrypted, self._plain = encrypted, plain
        self._to_server, self._to_client = bytearray(), bytearray()

    def run(self) -> None:
        """Pass on.

        Raises:
            OSError: A connection broke.
        """
        self._encrypted.setblocking(False)
        self._plain.setblocking(False)
        poll = select.poll()
        for each in (self._encrypted, self._plain):
            poll.register(each, 0)
        while True:
            poll.modify(self._encrypted, _events(self._to_server, self._to_client))
            poll.modify(self._plain, _events(self._to_client, self._to_server))
            # What is decrypted already is nothing that can be waited for.
            is_pending = self._encrypted.pending() and len(self._to_server) < ROOM_BYTES
            poll.poll(0 if is_pending else None)
            if not _moved(self._encrypted, self._to_server):
                _sent_all(self._plain, self._to_server)
                return
            is_served = _moved(self._plain, self._to_client)
            _sent(self._plain, self._to_server)
            _sent(self._encrypted, self._to_client)
            if not is_served and not self._to_client:
                return


def _events(received: bytearray, to_send: bytearray) -> int:
    wanted = select.POLLIN if len(received) < ROOM_BYTES else 0
    return wanted | (select.POLLOUT if to_send else 0)


def _moved(source: socket.socket, into: bytearray) -> bool:
    """Receive what is there; return whether more may come."""
    if len(into) >= ROOM_BYTES:
        return True
    try:
        piece = source.recv(ROOM_BYTES)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return True
    into += piece
    return bool(piece)


def _sent(target: socket.socket, waiting: bytearray) -> None:
    if not waiting:
        return
    with suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        del waiting[: target.send(waiting)]


def _sent_all(target: socket.socket, waiting: bytearray) -> None:
    """Send what a client that has gone sent before: it may end with a write."""
    target.settimeout(BEGINNING_S)
    target.sendall(waiting)


def _beginning(client: socket.socket) -> int:
    """Talk to a client until TLS is to begin; return the flags that it knows.

    Raises:
        Ended: It wants nothing, or does not speak the protocol.
    """
    client.sendall(protocol.GREETING.pack(protocol.INIT_MAGIC, protocol.OPTION_MAGIC, _FLAGS))
    (asked,) = struct.unpack(">I", _taken(client, 4))
    if asked & ~_FLAGS or not asked & protocol.FIXED_NEWSTYLE:
        raise Ended
    while True:
        head = _taken(client, protocol.OPTION.size)
        magic, option, length = protocol.OPTION.unpack(head)
        if magic != protocol.OPTION_MAGIC or length > protocol.MOST_OPTION_BYTES:
            raise Ended
        _taken(client, length)
        answer = _answer(option, length)
        reply = (protocol.OPTION_REPLY_MAGIC, option, answer, 0)
        client.sendall(protocol.OPTION_REPLY.pack(*reply))
        if option == Option.ABORT:
            raise Ended
        if option == Option.STARTTLS and answer == Answer.ACK:
            return int(asked)


def _answer(option: int, length: int) -> Answer:
    if option == Option.EXPORT_NAME:
        raise Ended  # there is no answer to this one but the export
    if option == Option.STARTTLS:
        return Answer.INVALID if length else Answer.ACK
    return Answer.ACK if option == Option.ABORT else Answer.TLS_REQUIRED


def _taken(connection: socket.socket, length: int) -> bytes:
    """Return so many bytes and take no more: what follows may be TLS."""
    content = b""
    while len(content) < length:
        piece = connection.recv(length - len(content))
        if not piece:
            raise Ended
        content += piece
    return content
