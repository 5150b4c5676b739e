# SPDX-License-Identifier: Apache-2.0
import socket
import threading
from dataclasses import replace

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_backend_ganeti.rapi import Endpoint, PinnedCertificate, RapiClient
from synnefo_core.config import checked_settings
from synnefo_core.contracts.driver import DriverSetup
from tests.plugins.backend_ganeti.fake_cluster import FakeCluster
from tests.plugins.backend_ganeti.rapi_server import PASSWORD, USER, make_certificate, serve


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("rapi"))


@pytest.fixture
def server(certificate):
    with serve(certificate) as server:
        yield server


@pytest.fixture
def endpoint(server, certificate):
    return Endpoint(
        url=f"https://127.0.0.1:{server.port}",
        user=USER,
        password=PASSWORD,
        trust=PinnedCertificate.from_pem(certificate.read_text()),
    )


@pytest.fixture
def connect(endpoint):
    """Make a client that differs from the usual one in some parts of its endpoint."""
    return lambda **changes: RapiClient(replace(endpoint, **changes))


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def plain_port():
    """Give the port of a server that says something, but not in TLS."""

    def greet():
        peer, _ = listener.accept()
        peer.sendall(b"220 mail.example.org ready\r\n")
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.fixture
def cluster(server):
    """Put a small Ganeti behind the server."""
    server.answer = FakeCluster()
    return server.answer


@pytest.fixture
def make_backend(server, certificate, tmp_path):
    """Make a driver for the server, with some settings other than the usual ones."""

    def make(**changes):
        given = {
            "url": f"https://127.0.0.1:{server.port}",
            "user": USER,
            "password": PASSWORD,
            "certificate_file": str(certificate),
        }
        settings = checked_settings(GanetiBackend, given | changes)
        return GanetiBackend(DriverSetup("test", settings, tmp_path))

    return make
