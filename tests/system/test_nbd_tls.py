# SPDX-License-Identifier: Apache-2.0
"""Volumes over TLS: libnbd and QEMU as clients of other machines."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import threading

import pytest

from synnefo_blocks import volumes
from synnefo_blocks.nbd import Server
from synnefo_blocks.nbd.tls import TlsDoor, TlsTerms
from synnefo_core.testing.fakes import MemoryStorage
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs.authority import certify_localhost
from tests.system.labs.fixtures import require

pytestmark = pytest.mark.system

MIB = 1024 * 1024
SIZE = 16 * MIB


@pytest.fixture(scope="module", autouse=True)
def clients():
    require("nbd")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Make a directory as QEMU and libnbd want it; the client's certificate is the server's."""
    folder = tmp_path_factory.mktemp("tls") / "pki"
    certify_localhost(folder)
    for name, other in (("ca", "ca-cert"), ("server", "client-cert")):
        (folder / f"{other}.pem").write_bytes((folder / f"{name}.pem").read_bytes())
    (folder / "client-key.pem").write_bytes((folder / "server.key").read_bytes())
    return folder


@pytest.fixture
def served(tmp_path):
    storage = MemoryStorage()
    volumes.create(storage, "disk", SIZE)
    server = Server(volumes.open_volume(storage, "disk", epoch=2), tmp_path / "disk.sock")
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.close()
    thread.join()


@pytest.fixture
def listen(served, authority):
    doors = []

    def call(allowed="127.0.0.0/8"):
        networks = [ipaddress.ip_network(allowed)]
        names = ("server.pem", "server.key", "ca.pem")
        terms = TlsTerms(*(authority / name for name in names), networks)
        doors.append(TlsDoor(("127.0.0.1", 0), terms, served.admit))
        return doors[-1].port

    yield call
    for door in doors:
        door.close()


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_libnbd_copies_a_disk_in_and_out(listen, authority, tmp_path):
    uri = f"nbds://localhost:{listen()}/?tls-certificates={authority}"
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(os.urandom(SIZE))

    copied = run("nbdcopy", "--flush", str(source), uri)
    read = run("nbdcopy", uri, str(back))

    assert (0, 0) == (copied.returncode, read.returncode), copied.stderr + read.stderr
    assert source.read_bytes() == back.read_bytes()


def test_qemu_reads_and_writes(listen, authority):
    image = f"driver=nbd,host=localhost,port={listen()},tls-creds=tls0"
    credentials = f"tls-creds-x509,id=tls0,dir={authority},endpoint=client"

    done = run(
        *("qemu-io", "--object", credentials, "--image-opts", image),
        *("-c", "write -P 7 1M 3M", "-c", "flush", "-c", "read -P 7 1M 3M"),
    )

    assert 0 == done.returncode, done.stderr
    assert "verification failed" not in done.stdout


def test_who_has_no_certificate_learns_nothing(listen, authority, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "ca-cert.pem").write_bytes((authority / "ca.pem").read_bytes())

    done = run("nbdinfo", "--size", f"nbds://localhost:{listen()}/?tls-certificates={bare}")

    assert 0 != done.returncode
    assert str(SIZE) not in done.stdout


def test_without_tls_nothing_is_answered_but_that_it_is_needed(listen):
    done = run("nbdinfo", "--size", f"nbd://localhost:{listen()}/")

    assert 0 != done.returncode
    assert str(SIZE) not in done.stdout


def test_an_address_that_is_not_allowed_is_not_even_greeted(listen):
    port = listen(allowed="192.0.2.0/24")

    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        try:
            greeting = client.recv(100)
        except ConnectionResetError:
            greeting = b""

    assert b"" == greeting


def test_the_unix_socket_serves_beside(listen, served, tmp_path):
    listen()

    client = NbdClient(tmp_path / "disk.sock")

    assert SIZE == client.go()[0]
    client.close()
