# SPDX-License-Identifier: Apache-2.0
"""Send one request to a cluster and bring back its JSON answer, or say what went wrong.

Ganeti forks a process for each connection, serves about twenty at a time, and
closes each after one answer. So there is nothing to keep alive: a connection is
made for each call, and a semaphore bounds how many there are at once.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlencode, urlsplit

import urllib3.exceptions
from urllib3.connection import HTTPSConnection
from urllib3.response import HTTPResponse

from synnefo_backend_ganeti.rapi import errors
from synnefo_backend_ganeti.rapi.records import Json
from synnefo_backend_ganeti.rapi.trust import Insecure, PinnedCertificate, Trust, tls_context

LOG = logging.getLogger(__name__)

ANSWER_LIMIT_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 64 * 1024

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Endpoint:
    """Where a cluster's remote API is, and how to speak to it.

    Args:
        url: ``https://host[:5080]``.
        user: A user of the cluster's ``rapi/users`` file; with ``write`` for all
            but reading (waiting for a job needs it too).
        password: Shown in no representation, log line or error.
        trust: How the cluster proves who it is.
        connections: How many calls may be under way at once.
        connect_timeout_s: For the connection and for each step of its handshake.
        read_timeout_s: For the answer, unless a call's deadline comes earlier.
            Above 30 s, since that is how long Ganeti takes to say 504 when its
            master daemon is down.
    """

    url: str
    user: str
    password: str = field(repr=False)
    trust: Trust
    connections: int = 8
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 60.0

    def address(self) -> tuple[str, int]:
        """Return host and port.

        Raises:
            ValueError: The URL is not one of an HTTPS server.
        """
        parts = urlsplit(self.url)
        is_bare = not (parts.username or parts.path.strip("/") or parts.query)
        if parts.scheme != "https" or not parts.hostname or not is_bare:
            raise ValueError("the URL of a cluster looks like https://host:5080")
        return parts.hostname, parts.port or 5080


@dataclass(frozen=True)
class Request:
    """One request: ``target`` is path and query string, a ``body`` of None is none."""

    method: str
    target: str
    body: Json

    def __str__(self) -> str:
        return f"{self.method} {self.target.partition('?')[0]}"


class Transport:
    """Calls to one cluster. Threads may share it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._host, self._port = endpoint.address()
        self._tls = tls_context(endpoint.trust)
        self._slots = threading.BoundedSemaphore(endpoint.connections)
        credentials = f"{endpoint.user}:{endpoint.password}".encode()
        self._authorization = "Basic " + base64.b64encode(credentials).decode("ascii")
        if isinstance(endpoint.trust, Insecure):
            LOG.warning("cluster certificate is not checked", extra={"host": self._host})

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: Json = None,
        deadline: float | None = None,
    ) -> Json:
        """Send a request and return the JSON value of its answer.

        Args:
            query: Name and value pairs of the query string.
            body: JSON value to send; None sends no body.
            deadline: Instant of ``time.monotonic()`` by which the call has ended,
                with its answer or with an error.

        Raises:
            RapiError: See ``errors``: which class tells whether the request was sent.
        """
        request = Request(method, f"{path}?{urlencode(query)}" if query else path, body)
        with self._slot(deadline), closing(self._connect(deadline)) as connection:
            answer, content = self._exchange(connection, request, deadline)
        return _value(answer, content)

    @contextmanager
    def _slot(self, deadline: float | None) -> Iterator[None]:
        """Hold one of the connections that the cluster may be asked to serve at once."""
        if not self._slots.acquire(timeout=_left(deadline, at_most=self._endpoint.read_timeout_s)):
            raise errors.NoFreeConnection(f"all connections to {self._host} are busy")
        try:
            yield
        finally:
            self._slots.release()

    def _connect(self, deadline: float | None) -> HTTPSConnection:
        """Return a connection whose other side has proved who it is."""
        trust = self._endpoint.trust
        connection = HTTPSConnection(
            self._host,
            self._port,
            timeout=_left(deadline, at_most=self._endpoint.connect_timeout_s),
            ssl_context=self._tls,
            assert_fingerprint=trust.fingerprint if isinstance(trust, PinnedCertificate) else None,
        )
        where = f"{self._host}:{self._port}"
        try:
            connection.connect()
        except (ssl.SSLError, urllib3.exceptions.SSLError) as error:
            connection.close()
            raise _handshake_error(error, where) from error
        except (OSError, urllib3.exceptions.HTTPError) as error:
            connection.close()
            raise errors.ConnectionFailed(f"cannot connect to {where}: {error}") from error
        return connection

    def _exchange(
        self, connection: HTTPSConnection, request: Request, deadline: float | None
    ) -> tuple[HTTPResponse, bytes]:
        """Send a request and read its answer; a failure from here on may come after the deed."""
        headers = {"Accept": "application/json", "Authorization": self._authorization}
        data = None
        if request.body is not None:
            data = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        until = time.monotonic() + _left(deadline, at_most=self._endpoint.read_timeout_s)
        sock = connection.sock
        try:
            connection.timeout = _left(until)
            sock.settimeout(connection.timeout)
            connection.request(request.method, request.target, data, headers, preload_content=False)
            answer = connection.getresponse()
            return answer, _content(answer, sock, until)
        except (TimeoutError, urllib3.exceptions.TimeoutError) as error:
            raise errors.TimedOut(f"no answer in time to {request}") from error
        except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
            raise errors.ConnectionBroken(f"connection broke in {request}: {error}") from error


def _left(deadline: float | None, *, at_most: float = float("inf")) -> float:
    """Return the seconds until a deadline; a socket takes 0 for "never block", so no less than 1 ms."""
    if deadline is None:
        return at_most
    return max(0.001, min(at_most, deadline - time.monotonic()))


def _content(answer: HTTPResponse, sock: socket.socket, until: float) -> bytes:
    """Read the whole body, holding the deadline between its pieces too."""
    content = bytearray()
    while piece := answer.read1(CHUNK_BYTES):
        content += piece
        if len(content) > ANSWER_LIMIT_BYTES:
            raise errors.MalformedAnswer(f"the answer is longer than {ANSWER_LIMIT_BYTES} bytes")
        if time.monotonic() >= until:
            raise TimeoutError
        # With its last piece an answer closes the socket.
        if sock.fileno() >= 0:
            sock.settimeout(_left(until))
    return bytes(content)


def _handshake_error(error: Exception, where: str) -> errors.NotSent:
    """Tell a certificate that is not trusted from any other failed handshake."""
    # urllib3 raises its own class for a fingerprint, and lets those of the handshake through.
    if isinstance(error, ssl.SSLCertVerificationError | urllib3.exceptions.SSLError):
        return errors.CertificateRejected(f"{where} is not the cluster we trust: {error}")
    return errors.ConnectionFailed(f"no TLS with {where}: {error}")


def _value(answer: HTTPResponse, content: bytes) -> Json:
    """Return the JSON value of a good answer; raise the error of a bad one."""
    try:
        value: Json = json.loads(content)
    except ValueError as error:
        if answer.status == HTTPStatus.OK:
            raise errors.MalformedAnswer("the answer is not JSON") from error
        value = None
    if answer.status == HTTPStatus.OK:
        return value
    message = value.get("message") if isinstance(value, dict) else None
    # Ganeti escapes its messages as if they were to be put in a web page.
    text = html.unescape(message) if isinstance(message, str) else answer.reason or "no reason"
    raise errors.from_status(answer.status, text)
