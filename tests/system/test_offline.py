# SPDX-License-Identifier: Apache-2.0
"""Disks of images without cloud-init, written as Ganeti has it done: by the OS definition's script."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from synnefo_core.contracts.seed import Seed
from synnefo_node_ganeti import os_definition, os_offline
from tests.system.labs import LabUnavailable, guest
from tests.system.labs.fixtures import or_skip, require
from tests.system.labs.waiting import until
from tests.system.nbd_node import Node, run

pytestmark = pytest.mark.system

HASH = "$6$salt$hashedpassword"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 mine"
MADE_S = 300
OUTSIDE = "root:*:1:0:99999:7:::\n"
ORDER = {
    "hostname": "web-1",
    "users": ["root", "ann"],
    "password_hash": HASH,
    "public_keys": [KEY],
    "files": [
        {"path": "/srv/new/../hello", "content": "aGVsbG8K", "owner": "ann", "mode": 0o640},
        {"path": "/etc/motd", "content": "aGk=", "owner": "stranger", "group": "staff"},
    ],
    "cards": 1,
    "root_partition": "",
    "without": [],
}
FILES = {
    "etc/hostname": "image\n",
    "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\timage\n",
    "etc/machine-id": "0" * 32 + "\n",
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\n",
    "etc/shadow": "root:*:1:0:99999:7:::\nann:!:1:0:99999:7:::\nbob:b:2:0:99999:7:::\n",
    "etc/group": "root:x:0:\nann:x:1001:\nstaff:x:50:\n",
    "etc/network/interfaces": "source /etc/network/interfaces.d/*\n",
    "etc/ssh/ssh_host_ed25519_key": "of everybody\n",
    "etc/ssh/sshd_config": "Port 22\n",
    "usr/lib/systemd/systemd": "",
    "root/.ssh/authorized_keys": "ssh-rsa AAAA before\n",
}

TAKEN_OVER = """
import os, socket, sys, time
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
answer = socket.socket(type=socket.SOCK_DGRAM).connect_ex(("192.0.2.1", 9))
who = "nobody else" if os.getuid() >= 1_900_000_000 else "somebody"
print(f"as {who}, with {status['CapBnd'].strip()}, {os.strerror(answer)}", flush=True)
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
"""


@pytest.fixture(scope="module", autouse=True)
def tools():
    with or_skip():
        if os.geteuid() != 0:
            raise LabUnavailable("only root can have disks written")
    require("guestfs", "nbd")


@pytest.fixture(scope="module")
def definition():
    """Return where the OS definition was installed, as an operator does, with what writes on disks."""
    kernel, modules = guest.kernel()
    told = {"SUPERMIN_KERNEL": str(kernel), "SUPERMIN_MODULES": str(modules)}
    # It looks at the machine's own directory of them, which one without a kernel lacks.
    Path("/lib/modules").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        # Ganeti's directory is everybody's to read.
        Path(name).chmod(0o755)
        for key, value in (told | {"SUPERMIN_KERNEL_VERSION": modules.name}).items():
            patch.setenv(key, value)
        assert 0 == os_definition.main(["--to", name, "--offline"])
        yield Path(name, os_definition.NAME)


def image(directory: Path, files=FILES, links=()) -> Path:
    """Make an image of a file system with these files."""
    tree, path = directory / "tree", directory / "image"
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    for name, target in links:
        (tree / name).symlink_to(target)
    run("mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(path), "32M")
    return path


def create(definition: Path, node: Node, path: Path, **changes) -> subprocess.CompletedProcess[str]:
    """Have the script make an instance, as Ganeti does."""
    seed = Seed("cidata", {"meta-data": b"{}"}, ORDER | changes)
    told = {
        "DISK_COUNT": "1",
        "DISK_0_NAME": "disk-1",
        "DISK_0_URI": f"nbd:unix:{node.socket}",
        "OSP_IMAGE": str(path),
        "OSP_SEED_0": seed.pack(),
    }
    return subprocess.run(
        [sys.executable, "-I", str(definition / "create")],
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
        timeout=MADE_S,
        check=False,
    )


@dataclass(frozen=True)
class Attempt:
    """What came of an instance that was to be made."""

    node: Node
    done: subprocess.CompletedProcess[str]

    def ask(self, question: str) -> str:
        """Return what debugfs says of the disk as it is in the store."""
        copy = self.node.directory / "copy"
        if not copy.exists():
            run("qemu-img", "convert", "-f", "raw", "-O", "raw", self.node.uri, str(copy))
        return run("debugfs", "-R", question, str(copy))


@pytest.fixture(scope="module")
def attempts(definition, tmp_path_factory):
    """Return what came of three instances, made side by side: most of the time is machines that start."""
    with ExitStack() as stack:

        def attempt(make: Callable[[Path], Path]) -> Attempt:
            directory = tmp_path_factory.mktemp("node")
            node = Node(directory, lease_s=60)
            stack.callback(node.end)
            node.serve()
            return Attempt(node, create(definition, node, make(directory)))

        with ThreadPoolExecutor(3) as pool:
            yield list(pool.map(attempt, (image, linked, broken)))


def linked(directory: Path) -> Path:
    """Make an image whose passwords are said to lie outside."""
    outside = directory / "outside"
    outside.write_text(OUTSIDE)
    files = {name: text for name, text in FILES.items() if name != "etc/shadow"}
    return image(directory, files, [("etc/shadow", str(outside))])


def broken(directory: Path) -> Path:
    """Make an image of a file system that can't be mounted."""
    path = image(directory)
    with path.open("r+b") as file:
        file.seek(2048)  # the descriptors of groups, behind a superblock that is whole
        file.write(os.urandom(1 << 20))
    return path


def running() -> list[str]:
    """Return the processes of users that only cages have, and what serves them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace")
            is_ours = process.stat().st_uid >= os_offline.FIRST_USER
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words and (is_ours or "snf-guest-" in words):
            found.append(words)
    return found


def test_a_guest_without_cloud_init_learns_who_it_is(attempts):
    made, _, _ = attempts

    assert (0, "") == (made.done.returncode, made.done.stderr)
    assert made.ask("cat /etc/hostname").startswith("web-1\n")
    assert made.ask("cat /etc/hosts").startswith("127.0.0.1\tlocalhost\n127.0.1.1\tweb-1\n")
    assert "iface ens3 inet dhcp" in made.ask("cat /etc/network/interfaces")
    assert "0" * 32 not in made.ask("cat /etc/machine-id")
    assert "ssh_host_ed25519_key" not in made.ask("ls /etc/ssh")
    wanted = made.ask("ls /etc/systemd/system/multi-user.target.wants")
    assert "synnefo-host-keys.service" in wanted


def test_its_owner_is_let_in_and_finds_the_files(attempts):
    made, _, _ = attempts

    shadow = made.ask("cat /etc/shadow")
    assert all(line in shadow for line in (f"root:{HASH}:", f"ann:{HASH}:", "bob:b:2:"))
    assert made.ask("cat /root/.ssh/authorized_keys").startswith(f"ssh-rsa AAAA before\n{KEY}\n")
    assert "0600" in made.ask("stat /root/.ssh/authorized_keys")
    assert made.ask("cat /srv/hello").startswith("hello\n")
    stranger = "warning: the image has no user stranger: /etc/motd is root's"
    assert stranger in made.done.stdout
    assert HASH not in made.done.stdout
    owned = {path: made.ask(f"stat {path}") for path in ("/srv/hello", "/etc/motd")}
    assert re.search(r"Mode: +0640.*User: +1000 +Group: +1001", owned["/srv/hello"], re.DOTALL)
    assert re.search(r"Mode: +0644.*User: +0 +Group: +50", owned["/etc/motd"], re.DOTALL)


def test_a_link_that_leads_out_is_not_followed(attempts):
    _, hostile, _ = attempts

    sentence = "/etc/shadow of the image is not a plain file\n"
    assert (1, sentence) == (hostile.done.returncode, hostile.done.stderr)
    assert OUTSIDE == (hostile.node.directory / "outside").read_text()


def test_a_broken_file_system_fails_with_a_sentence(attempts):
    _, _, unusable = attempts

    assert 1 == unusable.done.returncode
    assert unusable.done.stderr.startswith("the disk has no Linux that can be written")
    assert 1 == len(unusable.done.stderr.splitlines())


def test_nothing_of_it_runs_afterwards(attempts):
    until(lambda: not running(), "all processes of the cages to be gone", within_s=30)


@pytest.mark.parametrize(
    "end, within_s, sentence",
    [
        ("sys.exit(1)", 60, "as nobody else, with 0000000000000000, Network is unreachable"),
        ("time.sleep(600)", 3, "writing on the disk takes more than 3 s"),
    ],
)
def test_whoever_takes_the_cage_over_has_nothing_and_ends_with_it(
    tmp_path, end, within_s, sentence
):
    disk, taken = tmp_path / "disk", os_definition.install(tmp_path)
    disk.write_bytes(bytes(1 << 20))
    (taken / os_offline.APPLIANCE).mkdir()
    # The way of pytest's directories is closed to others.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        home = shutil.copytree(taken, Path(name, "os"))
        (home / os_offline.INSIDE).write_text(TAKEN_OVER + end)

        done = write(home, disk, within_s)

    assert (1, f"{sentence}\n") == (done.returncode, done.stderr)
    until(lambda: not running(), "all processes of the cage to be gone", within_s=30)


def test_a_node_that_can_not_says_what_it_lacks(tmp_path):
    done = write(os_definition.install(tmp_path), tmp_path / "disk")

    assert 1 == done.returncode
    assert "install python3-guestfs and run synnefo-guest-os --offline" in done.stderr


def write(definition: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Have a disk written on without the script around it."""
    return subprocess.run(
        [sys.executable, "-I", str(definition / "offline"), *map(str, words)],
        input=json.dumps(ORDER),
        capture_output=True,
        text=True,
        timeout=MADE_S,
        check=False,
    )
