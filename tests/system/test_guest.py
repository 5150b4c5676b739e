# SPDX-License-Identifier: Apache-2.0
"""A guest with a real cloud-init, on a real Ganeti with QEMU: what it is told, and what it does.

One boot under emulation, a minute or two; the image is made once (:mod:`tests.system.labs.cloud_guest`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from synnefo_node_ganeti import os_definition
from synnefo_node_ganeti.sampler import Sampler
from tests.system.client import COMPUTE, Client
from tests.system.deployment import Deployment, deployed
from tests.system.labs import GanetiLab, cloud_guest
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

log = logging.getLogger(__name__)

PASSWORD = "one-of-these-nobody-may-find"
MARKER = "guest-says"
USER_DATA = f'#!/bin/sh\necho "{MARKER} $(hostname) $(id -un)" > /dev/console\n'
BOOT_S = 420


@dataclass
class Booted:
    """A server with what was seen of it.

    Attributes:
        console: What its serial console said, until the marker.
    """

    server_id: str
    ip: str
    key: Path
    console: str = field(repr=False)


@pytest.fixture(scope="module")
def lab(ganeti_labs) -> GanetiLab:
    """A cluster with QEMU, our OS definition and an image that the operator chose."""
    (lab,) = ganeti_labs(1, hypervisor="kvm", build_guest=cloud_guest.build)
    definition = os_definition.install(lab.os_directory)
    image = f"image=/srv/guest/{cloud_guest.DISK}"
    lab.run("gnt-os", "modify", "-O", image, f"{definition.name}+default")
    return lab


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, lab) -> Iterator[Deployment]:
    """A whole cloud on that cluster."""
    settings = {"backends": {"embedded": "false"}}
    with deployed(tmp_path_factory.mktemp("guest"), settings) as deployment:
        deployment.run()
        deployment.add_ganeti("c1", lab, os_type="snf-guest+default", has_seed_disk="true")
        yield deployment


@pytest.fixture(scope="module")
def booted(cloud, lab, tmp_path_factory) -> Booted:
    """A server whose guest has run its user data."""
    key = tmp_path_factory.mktemp("key") / "private"
    client, prefix = Client(cloud), f"10.99.{lab.number}"
    cloud.openstack("keypair", "create", "--private-key", str(key), "mine")
    key.chmod(0o600)
    network = cloud.openstack_json("network", "create", "lab")
    pool = f"start={prefix}.150,end={prefix}.199"
    words = [
        "--subnet-range",
        f"{prefix}.0/24",
        "--gateway",
        f"{prefix}.1",
        "--dns-nameserver",
        "9.9.9.9",
    ]
    cloud.openstack(
        "subnet", "create", "--network", "lab", *words, "--allocation-pool", pool, "lab4"
    )
    flavor = ["--ram", "512", "--vcpus", "1", "--disk", "1", "--id", "tested", "tested"]
    cloud.openstack("flavor", "create", *flavor, cloud="synnefo-admin")
    asked = {
        "name": "Web One",
        "flavorRef": "tested",
        "key_name": "mine",
        "networks": [{"uuid": network["id"]}],
        "adminPass": PASSWORD,
        "user_data": base64.b64encode(USER_DATA.encode()).decode(),
    }

    begun = time.monotonic()
    made = client.call("POST", f"{COMPUTE}/servers", json={"server": asked}).json()["server"]
    console = lab.serial_console(f"snf-{made['id']}")
    with _listening(console) as line:
        status = client.settle(made["id"], within_s=180)
        active_s = time.monotonic() - begun
        said = _read_until(line, f"{MARKER} ", within_s=BOOT_S)
        marker_s = time.monotonic() - begun
        said += _read_until(line, r"ssh-\w+ \|", within_s=60)  # cloud-init's table of keys
    assert "ACTIVE" == status
    (address,) = client.server(made["id"])["addresses"]["lab"]
    # Ganeti's part is one job; what is ours before and behind it is mostly waiting to look again.
    ours_s = active_s - _job_s(lab, f"INSTANCE_CREATE(snf-{made['id']})")
    log.info("%.1f s to the marker, %.2f s of those to ACTIVE ours", marker_s, ours_s)
    return Booted(made["id"], address["addr"], key, said)


@contextlib.contextmanager
def _listening(console: Path) -> Iterator[socket.socket]:
    """Connect to a serial console as soon as there is one: what nobody hears is lost."""
    until(console.exists, "the serial console", within_s=180)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(console))
        yield line


def _read_until(line: socket.socket, word: str, *, within_s: float) -> str:
    """Return what is said until a line with a word has ended."""
    heard, deadline = "", time.monotonic() + within_s
    while not re.search(f"{word}.*\n", heard):
        left_s = deadline - time.monotonic()
        assert left_s > 0, f"no {word!r} within {within_s} s:\n{heard[-4000:]}"
        line.settimeout(left_s)
        with contextlib.suppress(TimeoutError):
            heard += line.recv(4096).decode(errors="replace").replace("\r", "")
    return heard


def _job_s(lab: GanetiLab, summary: str) -> float:
    """Return how long Ganeti had a job, from its receipt to its end."""
    fields = "--output=summary,received_ts,end_ts"
    rows = lab.run("gnt-job", "list", "--no-headers", "--separator=|", fields).stdout.splitlines()
    (times,) = [row.split("|")[1:] for row in rows if row.startswith(summary)]
    received, ended = (_seconds(each) for each in times)
    return ended - received


def _seconds(moment: str) -> float:
    """Return a moment that Ganeti writes as [seconds, microseconds]."""
    seconds, microseconds = json.loads(moment)
    return float(seconds + microseconds / 1e6)


def test_the_user_data_run_in_a_guest_of_that_name(booted):
    assert f"{MARKER} web-one root\n" in booted.console


def test_cloud_init_took_the_key(booted):
    words = ["ssh-keygen", "-y", "-f", str(booted.key)]
    public = subprocess.run(words, capture_output=True, text=True, check=True).stdout

    fingerprint = hashlib.sha256(base64.b64decode(public.split()[1])).hexdigest()

    assert fingerprint in booted.console.replace(":", "")


def told_inside(booted: Booted, command: str) -> str:
    """Return what a command says in the guest, to whoever has the key; nothing if it lets nobody in."""
    options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"]
    words = [word for option in options for word in ("-o", option)]
    done = subprocess.run(
        ["ssh", "-i", str(booted.key), *words, f"{cloud_guest.USER}@{booted.ip}", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout


def test_whoever_has_the_key_gets_in(booted):
    until(
        lambda: "web-one" in told_inside(booted, "hostname"),
        "the guest to let us in",
        within_s=120,
    )
    assert "cidata" in told_inside(booted, "lsblk -no LABEL")


def test_its_node_sees_what_it_uses(booted, lab):
    found = Sampler(
        "node",
        f"snf-{booted.server_id}",
        lab.inside("/run/ganeti"),
        dict,
        lab.inside("/proc"),
        lab.inside("/proc/1/net/dev"),
    )
    until(lambda: told_inside(booted, "hostname"), "the guest to let us in", within_s=120)

    (before,) = found.samples()
    said = told_inside(booted, "head -c 100000 /dev/zero; sync")
    (after,) = found.samples()

    assert 100_000 == len(said)
    (card,), (disk,) = after.cards, after.disks
    assert 1 < before.cpu_s < after.cpu_s
    assert before.began_at == after.began_at < after.at
    assert 64 < after.ram_mib < 2048
    assert card.tx_bytes >= before.cards[0].tx_bytes + 100_000
    assert card.rx_bytes > 0
    assert disk.read_bytes + disk.write_bytes > 0


def test_a_running_guest_gets_and_loses_a_card(booted, lab, cloud):
    client, instance = Client(cloud), f"snf-{booted.server_id}"
    port = cloud.openstack_json("port", "create", "--network", "lab", "later")
    see = "cat /sys/class/net/*/address"
    until(lambda: told_inside(booted, see), "the guest to let us in", within_s=120)

    cloud.openstack("server", "add", "port", booted.server_id, port["id"])
    until(
        lambda: port["mac_address"] in told_inside(booted, see),
        "the card in the guest",
        within_s=120,
    )
    cloud.openstack("server", "remove", "port", booted.server_id, port["id"])
    until(
        lambda: port["mac_address"] not in told_inside(booted, see),
        "the card to leave the guest",
        within_s=120,
    )

    assert "ACTIVE" == client.settle(booted.server_id)
    until(lambda: _cards(lab, instance) == "1", "Ganeti's view", within_s=60)


def _cards(lab: GanetiLab, instance: str) -> str:
    return lab.run(
        "gnt-instance", "list", "--no-headers", "--output=nic.count", instance
    ).stdout.strip()


def kept_by_ganeti(lab: GanetiLab, password: str) -> str:
    """Return which of Ganeti's files have a password, or a part of a packed seed."""
    places = ["/var/lib/ganeti/queue", "/var/lib/ganeti/config.data", "/var/log/ganeti"]
    seed = r"seed_0[^a-zA-Z]+eN"  # as zlib's compressed form begins in base64
    return lab.run("grep", "-rlE", f"{password}|{seed}", *places, check=False).stdout


def test_ganeti_kept_no_password(booted, lab):
    """Neither in the record of the job, nor in its configuration, nor in a log."""
    assert "" == kept_by_ganeti(lab, PASSWORD)


def test_the_small_disk_is_ganetis_affair(booted, lab, cloud):
    disks = lab.run(
        "gnt-instance",
        "list",
        "--no-headers",
        "--output=disk.count,disk.size/1",
        f"snf-{booted.server_id}",
    )

    assert ["2", "4M"] == disks.stdout.split()
    report = cloud.synnefo("reconcile", "servers", "--backend", "c1")
    assert booted.server_id not in report


def test_a_rebuilt_guest_will_be_told_anew(booted, lab, cloud, tmp_path):
    """It is stopped, and stays so: this is about what lies on its disk."""
    client, image = Client(cloud), tmp_path / "image"
    image.write_bytes(b"an image")
    words = ["--disk-format", "raw", "--file", str(image), "any"]
    image_id = cloud.openstack_json("image", "create", *words)["id"]
    # Without a message bus the guest does not hear the power button, and Ganeti would wait for it.
    lab.run("gnt-instance", "shutdown", "--timeout=0", f"snf-{booted.server_id}")
    until(lambda: "SHUTOFF" == client.settle(booted.server_id), "the stop to be seen", within_s=60)
    before = told_on_disk(lab, booted.server_id)

    rebuild = {"imageRef": image_id, "adminPass": "another-that-nobody-may-find"}
    path = f"{COMPUTE}/servers/{booted.server_id}/action"
    client.call("POST", path, json={"rebuild": rebuild})
    assert "SHUTOFF" == client.settle(booted.server_id, within_s=180)

    after = told_on_disk(lab, booted.server_id)
    assert before["user-data"] == after["user-data"] == USER_DATA
    assert before["vendor-data"] != after["vendor-data"]
    assert "" == kept_by_ganeti(lab, "another-that-nobody-may-find")


def told_on_disk(lab: GanetiLab, server_id: str) -> dict[str, str]:
    """Return files of the small disk of a server."""
    storage = lab.os_directory.parent / "file-storage" / f"snf-{server_id}"
    (disk,) = [path for path in storage.iterdir() if path.stat().st_size == 4 * 2**20]
    return {
        name: subprocess.run(
            ["isoinfo", "-R", "-i", str(disk), "-x", f"/{name}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name in ("user-data", "vendor-data")
    }
