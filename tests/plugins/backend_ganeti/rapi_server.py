# SPDX-License-Identifier: Apache-2.0
"""A real HTTPS server on loopback that answers like a Ganeti master."""

import base64
import contextlib
import datetime as dt
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SAMPLES = Path(__file__).parent / "samples"
USER, PASSWORD = "synnefo", "s3cret"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    promised_bytes: int | None = None
    """What Content-Length says, when that is not the truth."""

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Answer":
        return cls(status, json.dumps(value).encode())


def sample(name: str) -> dict[str, Any]:
    """Return a recorded exchange with a real Ganeti 3.0.2."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def make_certificate(folder: Path, *, name: str = "ganeti.example.com", address: str = "") -> Path:
    """Write a key and a self-signed certificate, by default like Ganeti's: without SAN."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
    if address:
        names = x509.SubjectAlternativeName([x509.DNSName(address)])
        authority = x509.BasicConstraints(ca=True, path_length=None)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(names, critical=False)
        builder = builder.add_extension(authority, critical=True)
        builder = builder.add_extension(identifier, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / f"{name}-{certificate.serial_number:x}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


@dataclass
class RapiServer:
    """Answers each request by ``answer``; keeps what it received."""

    port: int
    answer: Callable[[Received], Answer]
    received: list[Received] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set with the first request."""
    released: threading.Event = field(default_factory=threading.Event)
    """Set by a test, or at its end: silence may be broken."""

    def replay(self, name: str) -> Any:
        """Answer the recorded request with the recorded answer; return the answer's value."""
        exchange = sample(name)

        def answer(received: Received) -> Answer:
            assert exchange["request"]["method"] == received.method
            assert exchange["request"]["path"] == received.path
            return Answer.of(exchange["response"]["body"], exchange["response"]["status"])

        self.answer = answer
        return exchange["response"]["body"]

    def fall_silent(self) -> None:
        """Take requests, and answer with an empty query once released."""

        def answer(received: Received) -> Answer:
            self.released.wait(30)
            return Answer.of({"data": []})

        self.answer = answer


def _refuse(received: Received) -> Answer:
    raise AssertionError(f"no answer was prepared for {received}")


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        received = Received(self.command, self.path, body, dict(self.headers))
        self.server.state.received.append(received)
        self.server.state.arrived.set()
        answer = self._judge(received)
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(answer.promised_bytes or len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def _judge(self, received: Received) -> Answer:
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if received.headers.get("Authorization") != f"Basic {token}":
            return Answer.of(sample("err-401-badpw")["response"]["body"], 401)
        if received.body is not None and received.headers["Content-Type"] != "application/json":
            return Answer.of(sample("err-415-media")["response"]["body"], 415)
        return self.server.state.answer(received)

    do_GET = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - names of the base class

    def log_message(self, *args: Any) -> None:
        """Keep the test's output clean."""


class _Server(ThreadingHTTPServer):
    state: RapiServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is what some tests are about."""


@contextlib.contextmanager
def serve(certificate: Path) -> Iterator[RapiServer]:
    """Run a server with this key and certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        # The handshake is left to the handler's thread: a silent client blocks nobody.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.state = RapiServer(server.server_address[1], _refuse)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.state
        finally:
            server.state.released.set()
            server.shutdown()
            thread.join()


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
