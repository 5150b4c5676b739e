# SPDX-License-Identifier: Apache-2.0
"""Disks made by hand: what refers to other files is refused before anything opens it."""

import struct

import pytest

from synnefo_image import headers
from synnefo_image.headers import UnfitDisk


def peek(content):
    def at(offset, length):
        start = max(0, len(content) + offset) if offset < 0 else offset
        return content[start : start + length]

    return at


def qcow2(*, version=3, backing=0, bits=16, encryption=0, features=0, length=104, extensions=()):
    head = b"QFI\xfb" + struct.pack(">IQII", version, backing, 0, bits)
    head += struct.pack(">QIIQQIIQ", 1 << 20, encryption, 1, 0x30000, 0x10000, 1, 0, 0)
    head += struct.pack(">QQQII", features, 0, 0, 4, length)
    for kind, text in extensions:
        head += struct.pack(">II", kind, len(text)) + text.ljust((len(text) + 7) // 8 * 8, b"\0")
    return head.ljust(1 << bits, b"\0")


def vmdk(*, capacity=2048, kind="monolithicSparse", more="", extents=('RW 2048 SPARSE "d.vmdk"',)):
    text = f'# Disk DescriptorFile\ncreateType="{kind}"\nparentCID=ffffffff\n{more}\n'
    text += "\n".join(extents)
    head = b"KDMV" + struct.pack("<IIQQQQ", 1, 3, capacity, 128, 1, 20)
    return head.ljust(512, b"\0") + text.encode().ljust(20 * 512, b"\0")


def vhd(kind):
    footer = b"conectix".ljust(60, b"\0") + struct.pack(">I", kind)
    return bytes(1024) + footer.ljust(512, b"\0")


def vdi(kind):
    return bytes(64) + b"\x7f\x10\xda\xbe" + bytes(8) + struct.pack("<I", kind) + bytes(400)


ISO = bytes(0x8001) + b"CD001"


@pytest.mark.parametrize(
    "disk_format, content",
    [
        ("raw", b"\x55\xaa" * 300),
        ("raw", b""),
        ("raw", ISO),
        ("iso", ISO),
        ("qcow2", qcow2()),
        ("qcow2", qcow2(features=0x9)),
        ("qcow2", qcow2(version=2, extensions=())),
        ("qcow2", qcow2(extensions=[(0x6803F857, b"feature names")])),
        ("vmdk", vmdk()),
        ("vmdk", vmdk(kind="streamOptimized")),
        ("vhd", vhd(2)),
        ("vhd", vhd(3)),
        ("vdi", vdi(1)),
        ("vhdx", b"vhdxfile"),
        ("ami", qcow2(backing=7)),
    ],
)
def test_a_disk_that_is_one_file_passes(disk_format, content):
    headers.check(disk_format, peek(content))


@pytest.mark.parametrize(
    "content",
    [
        qcow2(backing=0x200),
        qcow2(version=2, backing=0x200),
        qcow2(features=0x4),
        qcow2(features=0x2),
        qcow2(features=1 << 40),
        qcow2(encryption=1),
        qcow2(version=7),
        qcow2(bits=30)[:512],
        qcow2(length=8),
        qcow2(length=2**31),
        qcow2(extensions=[(0x6803F857, b"x"), (0x44415441, b"/etc/shadow")]),
        qcow2(extensions=[(0xE2792ACA, b"raw")]),
        qcow2(extensions=[(0x0537BE77, b"12345678")]),
        qcow2(extensions=[(0x6803F857, b"x" * 10)])[:110] + b"\xff" * 8,
        b"QFI\xfb",
    ],
)
def test_a_qcow2_disk_that_refers_to_others_is_refused(content):
    with pytest.raises(UnfitDisk):
        headers.check("qcow2", peek(content))


@pytest.mark.parametrize(
    "content",
    [
        b'# Disk DescriptorFile\ncreateType="monolithicFlat"\nRW 9 FLAT "/etc/shadow" 0\n',
        b"COWD",
        b"KDMV",
        vmdk(capacity=0),
        vmdk(kind="monolithicFlat"),
        vmdk(kind="twoGbMaxExtentSparse"),
        vmdk(more='parentFileNameHint="/etc/shadow"'),
        vmdk(more="parentCID=12345678").replace(b"parentCID=ffffffff\n", b""),
        vmdk(extents=['RW 2048 FLAT "/etc/shadow" 0']),
        vmdk(extents=['RW 9 SPARSE "d.vmdk"', 'RW 9 SPARSE "e.vmdk"']),
        vmdk(extents=['RW 9 SPARSE "/etc/shadow"']),
    ],
)
def test_a_vmdk_disk_of_more_files_is_refused(content):
    with pytest.raises(UnfitDisk):
        headers.check("vmdk", peek(content))


@pytest.mark.parametrize(
    "disk_format, content", [("vhd", vhd(4)), ("vdi", vdi(4)), ("vdi", vdi(0))]
)
def test_a_disk_with_a_parent_is_refused(disk_format, content):
    with pytest.raises(UnfitDisk):
        headers.check(disk_format, peek(content))


def test_of_two_headers_of_a_vhd_disk_both_count():
    hidden = b"conectix".ljust(60, b"\0") + struct.pack(">I", 4)

    with pytest.raises(UnfitDisk):
        headers.check("vhd", peek(hidden + vhd(2)))


@pytest.mark.parametrize(
    "said, content",
    [
        ("raw", qcow2()),
        ("raw", vmdk()),
        ("raw", vhd(2)),
        ("raw", vdi(1)),
        ("raw", b"vhdxfile"),
        ("qcow2", b"raw"),
        ("qcow2", vmdk()),
        ("vmdk", qcow2()),
        ("iso", b"raw"),
        ("vhdx", vhd(2)),
    ],
)
def test_a_disk_is_of_the_format_that_was_said(said, content):
    with pytest.raises(UnfitDisk):
        headers.check(said, peek(content))
