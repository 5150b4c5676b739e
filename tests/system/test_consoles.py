# SPDX-License-Identifier: Apache-2.0
"""Consoles: browsers' side of the proxy that ``synnefo run`` keeps beside itself."""

from __future__ import annotations

import os
import re
import signal
import socket
import struct
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.system.client import COMPUTE, Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

GREETING = b"RFB 003.008\n"
PICTURE = struct.pack(">BBHHHH", 3, 0, 0, 0, 320, 200)
READY = re.compile(r"consoles are at port (\d+)")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory) -> Iterator[Deployment]:
    """A whole cloud with its companion."""
    settings = {"console": {"connections_per_user": 2}}
    with deployed(tmp_path_factory.mktemp("consoles"), settings) as deployment:
        deployment.run().wait_until_it_says("consoles are at port")
        yield deployment


@pytest.fixture(scope="module")
def client(cloud) -> Client:
    """A user's session."""
    return Client(cloud, microversion="2.6")


@pytest.fixture(scope="module")
def server(client) -> str:
    """A server that runs."""
    server_id = client.create_server()
    assert "ACTIVE" == client.settle(server_id)
    return server_id


def address(client: Client, server_id: str) -> str:
    """Return the address of a WebSocket as noVNC's page would find it."""
    body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
    path = f"{COMPUTE}/servers/{server_id}/remote-consoles"
    url = urlsplit(client.call("POST", path, json=body).json()["remote_console"]["url"])
    (inner,) = parse_qs(url.query)["path"]
    return f"ws://{url.netloc}/{inner}"


def screen(url: str, **more) -> ClientConnection:
    """Connect as a browser does."""
    return connect(url, subprotocols=["binary"], proxy=None, open_timeout=20, **more)


def read(console: ClientConnection, count: int) -> bytes:
    """Read some bytes, in however many frames they come; the last frame ends with them."""
    got = b""
    while len(got) < count:
        got += console.recv(timeout=20)
    assert count == len(got)
    return got


def shake_hands(console: ClientConnection) -> str:
    """Do what a VNC client does first; return the name of the desktop."""
    assert GREETING == read(console, 12)
    console.send(GREETING)
    assert b"\x01\x01" == read(console, 2)
    console.send(b"\x01")
    assert bytes(4) == read(console, 4)
    console.send(b"\x01")
    shown = console.recv(timeout=20)
    return shown[24:].decode()


def refusal(url: str, **more) -> int:
    """Return the code with which a connection is closed before anything comes."""
    with screen(url, **more) as console, pytest.raises(ConnectionClosed) as closed:
        console.recv(timeout=20)
    return closed.value.rcvd.code


def test_a_token_shows_the_screen_of_the_server_once(client, server):
    url = address(client, server)

    with screen(url) as console:
        assert "binary" == console.subprotocol
        assert f"snf-{server}" == shake_hands(console)
        console.send(PICTURE)
        assert 16 + 320 * 200 * 4 == len(read(console, 16 + 320 * 200 * 4))
        assert 1008 == refusal(url)


def test_the_page_may_hand_the_token_over_as_it_got_it(client, server):
    url = address(client, server)

    with connect(url.replace("/?token=", "/vnc_lite.html?path=%3Ftoken%3D"), proxy=None) as console:
        assert f"snf-{server}" == shake_hands(console)


@pytest.mark.parametrize("token", ["", "forged", "%FF%00"])
def test_no_other_token_shows_anything(cloud, client, server, token):
    base = address(client, server).partition("=")[0]

    assert 1008 == refusal(f"{base}={token}")


def test_a_page_of_another_origin_may_not_connect(client, server):
    url = address(client, server)

    with pytest.raises(InvalidStatus) as refused:
        screen(url, origin="https://evil.example.org")

    assert 403 == refused.value.response.status_code
    with screen(url, origin="http://127.0.0.1:8000") as console:  # and the token is still good
        assert GREETING == read(console, 12)


def test_text_is_not_carried(client, server):
    with screen(address(client, server)) as console:
        read(console, 12)
        console.send("text")

        with pytest.raises(ConnectionClosed) as closed:
            console.recv(timeout=20)

    assert 1003 == closed.value.rcvd.code


def test_what_is_no_vnc_ends_that_connection_only(client, server):
    with screen(address(client, server)) as other:
        with screen(address(client, server)) as console:
            read(console, 12)
            console.send(os.urandom(512))
            with pytest.raises(ConnectionClosed):
                console.recv(timeout=20)

        assert f"snf-{server}" == shake_hands(other)


def test_a_garbled_frame_ends_the_connection(client, server):
    with screen(address(client, server)) as console:
        read(console, 12)
        console.socket.sendall(b"\xff" * 64)

        with pytest.raises(ConnectionClosed):
            console.recv(timeout=20)


def test_a_user_has_so_many_consoles_open_and_no_more(client, server):
    with screen(address(client, server)) as first, screen(address(client, server)) as second:
        assert GREETING == read(first, 12) == read(second, 12)

        assert 1013 == refusal(address(client, server))


def test_who_does_not_read_makes_the_screen_wait(cloud, client, server):
    """What is asked for is 250 pictures, 64 MB: nowhere but in the screen's way is it kept."""
    proxy = psutil.Process(companion(cloud))
    with screen(address(client, server), max_queue=1, close_timeout=0.5) as console:
        shake_hands(console)
        before = proxy.memory_info().rss
        for _ in range(250):
            console.send(PICTURE)

        with screen(address(client, server)) as other:
            assert f"snf-{server}" == shake_hands(other)
        assert proxy.memory_info().rss - before < 16 * 2**20


def test_a_token_is_in_no_log(cloud, client, server):
    url = address(client, server)
    with screen(url) as console:
        read(console, 12)

    (daemon,) = cloud.daemons
    assert url.partition("=")[2] not in daemon.log.read_text()


def test_a_stop_ends_the_console_and_the_tokens(client, server):
    url = address(client, server)
    with screen(address(client, server)) as console:
        shake_hands(console)
        client.act(server, "os-stop")
        with pytest.raises(ConnectionClosed):
            console.recv(timeout=20)
    client.settle(server)

    assert 1008 == refusal(url)
    client.act(server, "os-start")
    assert "ACTIVE" == client.settle(server)


def test_a_proxy_that_is_killed_comes_back(cloud, client, server):
    url = address(client, server)
    pid = companion(cloud)
    with screen(address(client, server)) as console:
        shake_hands(console)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ConnectionClosed):
            console.recv(timeout=20)

    (daemon,) = cloud.daemons
    until(lambda: len(READY.findall(daemon.log.read_text())) == 2, "another proxy", within_s=60)

    with screen(url) as console:
        assert f"snf-{server}" == shake_hands(console)


def test_the_proxy_does_not_outlive_the_cloud(tmp_path):
    with deployed(tmp_path / "cloud") as deployment:
        daemon = deployment.run()
        daemon.wait_until_it_says("consoles are at port")
        proxy = psutil.Process(companion(deployment))
        port = int(READY.findall(daemon.log.read_text())[0])

        daemon.stop(signal.SIGKILL)

        assert psutil.wait_procs([proxy], timeout=20)[0]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def companion(cloud: Deployment) -> int:
    """Return the number of the proxy's process."""
    (proxy,) = [
        process
        for process in psutil.Process(cloud.daemons[0].pid).children(recursive=True)
        if "console" in process.cmdline()
    ]
    return proxy.pid
