# SPDX-License-Identifier: Apache-2.0
import socket
import struct
import threading

import pytest

from synnefo_backend_sim import ClusterFile, operator
from synnefo_core.contracts.compute import InstanceSpec

NAME = "snf-screen"
GREETING = b"RFB 003.008\n"
WHITE, BLACK = b"\xff\xff\xff\x00", bytes(4)


@pytest.fixture
def backend(open_cluster):
    backend = open_cluster(job_delay_min_s=0.0, job_delay_max_s=0.0)
    backend.lifecycle.create(InstanceSpec(NAME, vcpus=1, ram_mib=128, disk_template="diskless"))
    return backend


@pytest.fixture
def screen(backend):
    console = backend.consoles.console(NAME)
    with socket.create_connection((console.host, console.port), timeout=10) as screen:
        yield screen


def read(screen, count):
    got = b""
    while len(got) < count and (more := screen.recv(count - len(got))):
        got += more
    return got


def greet(screen):
    """Do what a client does first; return the size of the picture and the desktop's name."""
    assert GREETING == read(screen, 12)
    screen.sendall(GREETING)
    assert b"\x01\x01" == read(screen, 2)
    screen.sendall(b"\x01")
    assert bytes(4) == read(screen, 4)
    screen.sendall(b"\x01")
    width, height, name_bytes = struct.unpack(">HH16xI", read(screen, 24))
    return width, height, read(screen, name_bytes).decode()


def test_the_desktop_is_called_like_the_instance(screen):
    assert (320, 200, NAME) == greet(screen)


def test_the_picture_spells_the_name(screen):
    width, height, _ = greet(screen)
    screen.sendall(b"\x02\0" + struct.pack(">Hi", 1, 0) + b"\x04\x01\0\0" + struct.pack(">I", 13))

    screen.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, width, height))

    assert struct.pack(">BxHHHHHi", 0, 1, 0, 0, width, height, 0) == read(screen, 16)
    picture = read(screen, width * height * 4)
    bits = [f"{byte:08b}" for byte in NAME.encode()]
    pixels = [BLACK if bit == "0" else WHITE for bit in "".join(bits)]
    # The middle of each stripe of the last line.
    stripe, start = width / len(pixels), width * (height - 1)
    places = [start + int((at + 0.5) * stripe) for at in range(len(pixels))]
    assert pixels == [picture[4 * at : 4 * at + 4] for at in places]


def test_pixels_come_as_the_client_wants_them(screen):
    greet(screen)
    form = struct.pack(">BB??HHHBBB3x", 8, 8, False, True, 7, 7, 3, 0, 3, 6)
    screen.sendall(b"\0\0\0\0" + form)

    screen.sendall(struct.pack(">BBHHHH", 3, 0, 0, 0, 320, 1))

    assert set(read(screen, 16 + 320)[16:]) == {0, 255}


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1",
        GREETING + b"\x02",
        GREETING + b"\x01\x01\xff",
        GREETING + b"\x01\x01\x06\0\0\0\xff\xff\xff\xff",
        GREETING + b"\x01\x01" + struct.pack(">BBHHHH", 3, 0, 400, 0, 1, 1),
    ],
)
def test_who_speaks_something_else_is_cut_off(screen, said):
    screen.sendall(said)
    screen.shutdown(socket.SHUT_WR)

    rest = b"".join(iter(lambda: screen.recv(4096), b""))

    assert rest.startswith(GREETING)


def test_a_screen_goes_dark_with_its_instance(backend, screen):
    greet(screen)

    operator.crash(ClusterFile(backend.cluster.path), NAME)

    assert b"" == screen.recv(1)


def test_a_closed_backend_shows_nothing_more(backend):
    console = backend.consoles.console(NAME)

    backend.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((console.host, console.port), timeout=10)


def test_nobody_waits_any_more_for_who_comes_to_a_closed_backend(backend):
    backend.consoles.console(NAME)
    waiting = [each for each in threading.enumerate() if each.name == f"screen of {NAME}"]
    assert waiting

    backend.close()

    assert [] == [each for each in waiting if each.is_alive()]
