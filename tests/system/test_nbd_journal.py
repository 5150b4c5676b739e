# SPDX-License-Identifier: Apache-2.0
"""A kernel's own journal on a volume, through power cuts. Two in CI, 20 with ``SCALE=full``.

A guest writes files on ext4 and has each of them synced. Its QEMU and the volume's server are killed at any moment;
the next guest replays the journal, and finds every file that was synced.
"""

from __future__ import annotations

import os
import random

import pytest

from synnefo_blocks import volumes
from tests.services.object_store import disks
from tests.system.labs import guest
from tests.system.labs.fixtures import require
from tests.system.labs.waiting import until
from tests.system.nbd_node import SIZE, Node, run
from tests.system.qemu import GUEST_S, Qemu

pytestmark = pytest.mark.system

ROUNDS = 20 if os.environ.get("SCALE", "ci") == "full" else 2
MIB = 1024 * 1024
MOUNTED = (
    "grep -q /mnt /proc/mounts || { mkdir -p /mnt; mount -t ext4 /dev/vda /mnt; };"
    " grep -c /mnt /proc/mounts"
)
KEPT = 40
"""So many files stay; older ones are removed, so that the disk is never full."""
WRITER = (
    f"i=$0; while true; do i=$((i+1)); yes $i | head -c 200000 > /mnt/new; sync /mnt/new;"
    f" mv /mnt/new /mnt/file-$i; sync /mnt; rm -f /mnt/file-$((i-{KEPT})); echo $i > /acked; done"
)
"""Writes file after file, each whole under its name once it is noted."""
CHECK = (
    "for path in /mnt/file-*; do [ -e $path ] || continue; i=${path##*-};"
    " yes $i | head -c 200000 | cmp - $path > /dev/null && echo $i || echo bad $i; done"
)


@pytest.fixture(scope="module", autouse=True)
def tools():
    require("nbd", "disks", "kvm")


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path, lease_s=3)
    yield made
    made.end()


@pytest.fixture
def machine(tmp_path):
    made = Qemu(tmp_path, guest.build("crc32c_generic", "ext4"))
    yield made
    made.end()


def test_every_synced_file_is_there_after_each_power_cut(node, machine, tmp_path):
    node.serve()
    empty = disks.ext4(tmp_path / "empty", disks.tree(tmp_path / "tree"), mib=SIZE // MIB)
    run("nbdcopy", "--flush", str(empty), node.uri)
    last = 0
    for _ in range(ROUNDS):
        machine.start(node.socket)
        last = checked(machine, last)
        # A question that is asked again starts no second one.
        machine.ask(f"[ -e /writing ] || {{ touch /writing; sh -c {quoted(WRITER)} {last} & }}")
        enough = last + random.randrange(3, 9)
        until(lambda: acked(machine) >= enough, "the guest to write", within_s=GUEST_S)  # noqa: B023
        last = acked(machine)
        for dying in random.sample([machine.end, node.running[-1].kill], 2):
            dying()
        node.running[-1].wait()
        node.serve()

    machine.start(node.socket)
    checked(machine, last)
    assert "" == machine.ask("umount /mnt")
    machine.end()
    run("nbdcopy", node.uri, str(tmp_path / "copy"))
    disks.run("e2fsck", "-f", "-n", str(tmp_path / "copy"))
    assert not [each for each in volumes.check_volumes(node.storage) if not each.is_harmless]


def checked(machine, last):
    """Mount the disk; return the last file, all that were noted being there and whole."""
    assert "1" == machine.ask(MOUNTED)
    found = machine.ask(CHECK).split("\n")
    assert not [line for line in found if line.startswith("bad")]
    numbers = {int(line) for line in found if line.isdigit()}
    assert set(range(max(1, last - KEPT + 2), last + 1)) <= numbers
    return max(numbers, default=0)


def acked(machine):
    """Return the number of the last file that was synced."""
    return int(machine.ask("cat /acked 2>/dev/null") or 0)


def quoted(script):
    """Return a script as one word of the guest's shell."""
    return "'" + script.replace("'", "'\\''") + "'"
