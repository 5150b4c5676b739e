# SPDX-License-Identifier: Apache-2.0
"""A server on a real Ganeti with QEMU that is rescued by a CD-ROM, and put back.

The medium is a boot sector that says a word on the serial line, again and again. It runs with
``SCALE=full`` only.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.client import Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"

WORD = b"this is the rescue medium\r\n"
SECTOR = (
    bytes.fromhex("e80000 5e 81c62b00 0e 1f 89f5")  # where are we? the word is 0x2b further on
    + bytes.fromhex("89ee ac 84c0 7412 88c4")  # the next letter; none is left: wait
    + bytes.fromhex("bafd03 ec a820 74f8 baf803 88e0 ee ebe9")  # send it when the line is free
    + bytes.fromhex("fb b91200 f4 e2fd ebde")  # about a second, by the clock
)


@pytest.fixture(scope="module")
def lab(ganeti_labs) -> GanetiLab:
    """A cluster with QEMU, whose guests start with a kernel of the node's."""
    (lab,) = ganeti_labs(1, hypervisor="kvm")
    return lab


@pytest.fixture(scope="module")
def medium(lab, tmp_path_factory) -> str:
    """Lay the medium on the node; return its path there."""
    content = tmp_path_factory.mktemp("medium")
    (content / "boot").write_bytes((SECTOR + WORD + b"\0").ljust(2048, b"\0"))
    image = lab.directory / "srv/guest/rescue.iso"
    words = ["genisoimage", "-quiet", "-b", "boot", "-no-emul-boot", "-boot-load-size", "4"]
    subprocess.run([*words, "-o", str(image), str(content)], check=True)
    return "/srv/guest/rescue.iso"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, lab, medium) -> Iterator[Deployment]:
    """A whole cloud on that cluster."""
    settings = {"backends": {"embedded": "false"}}
    with deployed(tmp_path_factory.mktemp("rescue"), settings) as deployment:
        deployment.run()
        deployment.add_ganeti("c1", lab, rescue_medium=medium)
        yield deployment


@pytest.mark.skipif(not IS_FULL, reason="two minutes of emulation")
def test_a_server_starts_from_the_medium_and_then_as_before(cloud, lab):
    client = Client(cloud)
    flavor = ["--ram", "128", "--vcpus", "1", "--disk", "0", "--id", "tested", "tested"]
    cloud.openstack("flavor", "create", *flavor, cloud="synnefo-admin")
    server_id = client.create_server(flavor="tested")
    assert "ACTIVE" == client.settle(server_id, within_s=180)
    name = f"snf-{server_id}"
    lab.run("gnt-instance", "modify", "-H", "boot_order=disk", name)
    before = own_parameters(lab, name)

    cloud.openstack("server", "rescue", server_id)
    assert "RESCUE" == client.settle(server_id, within_s=240)
    until(lambda: is_heard(lab.serial_console(name)), "the medium's word", within_s=60)
    cloud.openstack("server", "unrescue", server_id)
    assert "ACTIVE" == client.settle(server_id, within_s=120)

    assert before == own_parameters(lab, name)
    assert "ok" in lab.ask_guest(name, "echo ok", within_s=120)


def own_parameters(lab: GanetiLab, name: str) -> str:
    """Return what an instance has for itself of the hypervisor's parameters."""
    words = ["--no-headers", "--output=custom_hvparams", name]
    return lab.run("gnt-instance", "list", *words).stdout


def is_heard(console: Path) -> bool:
    """Return whether a serial console says the word within some seconds."""
    got, deadline = b"", time.monotonic() + 5
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
        line.connect(str(console))
        line.settimeout(5)
        while WORD not in got and time.monotonic() < deadline:
            got += line.recv(4096)
    return WORD in got
