# SPDX-License-Identifier: Apache-2.0
"""Files inside of disks of every kind that is promised, on disks as the tools of their systems make them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from synnefo_core.confinement import Bounds
from synnefo_object_store.inside import UnreadableDisk, answers
from synnefo_object_store.inside.conversation import Disk, Limits
from synnefo_object_store.inside.files import InnerFile
from synnefo_object_store.inside.values import Question
from tests.services.object_store import disks
from tests.services.object_store.disks import BIG, Content, run
from tests.system.labs.fixtures import require

pytestmark = pytest.mark.system

MIB = 1024**2
HOSTNAME = b"web1\n"


@pytest.fixture(scope="module", autouse=True)
def tools():
    require("disks")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return disks.tree(tmp_path_factory.mktemp("files") / "tree")


def blank(path: Path, mib: int) -> Path:
    with path.open("wb") as file:
        file.truncate(mib * MIB)
    return path


def fat(path, tree, *, mib=40, bits=32):
    run("mkfs.fat", "-F", str(bits), str(blank(path, mib)))
    run("mmd", "-i", str(path), "::/etc")
    run("mcopy", "-i", str(path), str(tree / "etc" / "hostname"), "::/etc/hostname")
    run("mcopy", "-i", str(path), str(tree / "big"), "::/big")
    return path


def ntfs(path, tree, *, mib=16):
    run("mkntfs", "-q", "-F", str(blank(path, mib)))
    run("ntfscp", "-f", str(path), str(tree / "etc" / "hostname"), "hostname")
    run("ntfscp", "-f", str(path), str(tree / "big"), "big")
    return path


def iso(path, tree):
    words = ("genisoimage", "-quiet", "-R", "-J", "-o", str(path), "-graft-points")
    run(*words, f"etc/hostname={tree / 'etc' / 'hostname'}", f"big={tree / 'big'}")
    return path


def table(path, script, placed, *, mib):
    """Make a disk with partitions; ``placed`` are what goes into them, by their numbers."""
    run("sfdisk", "-q", str(blank(path, mib)), stdin=script.encode())
    dump = run("sfdisk", "-d", str(path)).decode()
    starts = {}
    for line in dump.splitlines():
        name, _, rest = line.partition(" : start=")
        if rest:
            starts[int(name.removeprefix(str(path)).strip())] = int(rest.split(",")[0])
    with path.open("r+b") as file:
        for number, part in placed.items():
            file.seek(starts[number] * 512)
            file.write(part.read_bytes())
    return path


class Looking:
    """A disk that is looked into."""

    def __init__(self, path):
        self.content = Content(path)
        limits = Limits(Bounds(512 * MIB, 60, 0), threading.BoundedSemaphore(1))
        self.disk = Disk(self.content, self.content.size_bytes, limits=limits)

    def parts(self):
        said = self.disk.ask(Question(""))
        return {part.number: part.file_system for part in answers.parts(said)}

    def names(self, path):
        said = self.disk.ask(Question(path, limit=100))
        return [entry.name for entry in answers.entries(said)]

    def file(self, path):
        said = self.disk.ask(Question(path))
        size, moment = answers.measures(said)
        runs = answers.runs(said, self.content.size_bytes)
        return InnerFile(self.disk, path, size_bytes=size, modified_at=moment, runs=runs)

    def read(self, path):
        return b"".join(self.file(path).read())


@pytest.mark.parametrize("bits", [12, 16, 32])
def test_fat(tree, tmp_path, bits):
    disk = Looking(fat(tmp_path / "disk", tree, bits=bits, mib=40 if bits > 12 else 6))

    assert {0: f"fat{bits}"} == disk.parts()
    assert ["0/big", "0/etc/"] == disk.names("0")
    # These file systems don't tell capitals from small letters.
    assert HOSTNAME == disk.read("0/ETC/Hostname")
    assert BIG == disk.read("0/big")


def test_ntfs(tree, tmp_path):
    disk = Looking(ntfs(tmp_path / "disk", tree))

    assert {0: "ntfs"} == disk.parts()
    assert ["0/big", "0/hostname"] == disk.names("0")
    assert HOSTNAME == disk.read("0/hostname")
    assert BIG == disk.read("0/big")
    assert BIG[100_000:200_000] == b"".join(disk.file("0/big").read(100_000, 200_000))


def test_iso(tree, tmp_path):
    disk = Looking(iso(tmp_path / "disk", tree))

    assert {0: "iso9660"} == disk.parts()
    assert HOSTNAME == disk.read("0/etc/hostname")
    assert BIG == disk.read("0/big")


@pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4"])
def test_ext(tree, tmp_path, kind):
    path = blank(tmp_path / "disk", 16)
    run(f"mkfs.{kind}", "-q", "-F", "-d", str(tree), str(path))
    disk = Looking(path)

    assert {0: kind} == disk.parts()
    assert HOSTNAME == disk.read("0/etc/name")
    assert BIG == disk.read("0/big")
    assert bytes(3 * MIB) + b"end" == disk.read("0/holes")


def test_partitions_of_a_gpt_have_the_numbers_that_linux_gives_them(tree, tmp_path):
    parts = {
        1: fat(tmp_path / "1", tree),
        2: ntfs(tmp_path / "2", tree),
        4: disks.ext4(tmp_path / "4", tree),
    }
    script = "label: gpt\n1: size=40M\n2: size=20M\n3: size=1M\n4: size=16M\n"

    disk = Looking(table(tmp_path / "disk", script, parts, mib=90))

    assert {1: "fat32", 2: "ntfs", 3: "", 4: "ext4"} == disk.parts()
    assert BIG == disk.read("1/big") == disk.read("2/big") == disk.read("4/big")
    assert HOSTNAME == disk.read("4/etc/hostname")
    with pytest.raises(UnreadableDisk, match="no file system"):
        disk.read("3/etc/hostname")


def test_logical_partitions_of_an_mbr_begin_with_number_5(tree, tmp_path):
    parts = {1: fat(tmp_path / "1", tree), 6: disks.ext4(tmp_path / "6", tree)}
    script = "label: dos\nsize=40M, type=c\ntype=5\nsize=4M\nsize=20M, type=83\n"

    disk = Looking(table(tmp_path / "disk", script, parts, mib=90))

    assert {1: "fat32", 5: "", 6: "ext4"} == disk.parts()
    assert BIG == disk.read("1/big") == disk.read("6/big")


def test_a_small_part_of_a_large_disk_is_read_for_a_file(tree, tmp_path):
    script = "label: gpt\nsize=1M\nsize=250M\n"
    parts = {2: disks.ext4(tmp_path / "2", tree, mib=250)}
    disk = Looking(table(tmp_path / "disk", script, parts, mib=254))

    assert HOSTNAME == disk.read("2/etc/hostname")

    assert 2 * MIB > sum(stop - start for start, stop in disk.content.spans)
