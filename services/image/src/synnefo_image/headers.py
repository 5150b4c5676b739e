# SPDX-License-Identifier: Apache-2.0
"""What the first bytes of a disk say of it, read before any program opens it.

A disk may refer to other files: a backing file, a data file, extents, a parent. A program that
follows them reads files of the machine into the image of a stranger, so such disks are refused.

Sources: QEMU, docs/interop/qcow2.txt; VMware, "Virtual Disk Format 5.0"; Microsoft, "Virtual Hard
Disk Image Format Specification".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping

from synnefo_core.errors import Invalid

Peek = Callable[[int, int], bytes]
"""Returns so many bytes from an offset, fewer at the end; a negative offset counts from there."""

CONVERTED: Mapping[str, str] = {
    "qcow2": "qcow2",
    "vmdk": "vmdk",
    "vhd": "vpc",
    "vhdx": "vhdx",
    "vdi": "vdi",
}
"""Disk formats that become raw, with QEMU's name of each."""

_KIB = 1024
_SECTOR_BYTES = 512
_ISO_AT = 0x8001
_VDI_AT = 0x40


class UnfitDisk(Invalid):
    """A content is not of the format that was said, or refers to something outside of it."""

    code = "unfit_disk"


def found_format(peek: Peek) -> str:
    """Return the disk format that a content shows, "" when it shows none, as raw ones do."""
    head = peek(0, _KIB)
    if head[:4] == b"QFI\xfb":
        return "qcow2"
    if head[:4] in (b"KDMV", b"COWD") or head.startswith(b"# Disk DescriptorFile"):
        return "vmdk"
    if head[:8] == b"vhdxfile":
        return "vhdx"
    if head[_VDI_AT : _VDI_AT + 4] == b"\x7f\x10\xda\xbe":
        return "vdi"
    if head[:8] == b"conectix" or peek(-_SECTOR_BYTES, 8) == b"conectix":
        return "vhd"
    if peek(_ISO_AT, 5) == b"CD001":
        return "iso"
    return ""


def check(disk_format: str, peek: Peek) -> None:
    """Refuse a content that is not of its format, or that is more than one file.

    Raises:
        UnfitDisk: Says why.
    """
    found = found_format(peek)
    # A hybrid ISO is a raw disk, too; what has no check of its own may be anything.
    accepted = {"raw": ("", "iso"), "iso": ("iso",)}.get(disk_format)
    if accepted is None and disk_format not in CONVERTED:
        return
    if found not in (accepted or (disk_format,)):
        raise UnfitDisk(f"the content is {found or 'raw'}, not {disk_format}")
    if disk_format in _CHECKS:
        _CHECKS[disk_format](peek)


def _check_qcow2(peek: Peek) -> None:
    head = peek(0, 104).ljust(104, b"\0")
    version, backing_at = struct.unpack_from(">IQ", head, 4)
    cluster_bits = struct.unpack_from(">I", head, 20)[0]
    encryption = struct.unpack_from(">I", head, 32)[0]
    incompatible = struct.unpack_from(">Q", head, 72)[0] if version == 3 else 0
    length = struct.unpack_from(">I", head, 100)[0] if version == 3 else 72
    if version not in (2, 3) or not 9 <= cluster_bits <= 21:
        raise UnfitDisk("the header of the qcow2 disk makes no sense")
    if backing_at:
        raise UnfitDisk("the qcow2 disk has a backing file")
    if incompatible & 0x4:
        raise UnfitDisk("the qcow2 disk has a data file")
    # Dirty, another compression and subclusters are all that is known to be harmless.
    if encryption or incompatible & ~0x19:
        raise UnfitDisk("the qcow2 disk is encrypted, corrupt or has an unknown feature")
    _check_extensions(peek, length, 1 << cluster_bits)


_QCOW2_OUTSIDE = {
    0x44415441: "names a data file",
    0xE2792ACA: "names the format of a backing file",
    0x0537BE77: "is encrypted",
}


def _check_extensions(peek: Peek, at: int, end: int) -> None:
    if not 72 <= at < end:
        raise UnfitDisk("the header of the qcow2 disk makes no sense")
    while at + 8 <= end:
        kind, length = struct.unpack(">II", peek(at, 8).ljust(8, b"\0"))
        if kind in _QCOW2_OUTSIDE:
            raise UnfitDisk(f"the qcow2 disk {_QCOW2_OUTSIDE[kind]}")
        if kind == 0:
            return
        at += 8 + (length + 7) // 8 * 8
    if at > end:
        raise UnfitDisk("the header of the qcow2 disk makes no sense")


_VMDK_KINDS = ("monolithicSparse", "streamOptimized")
_MOST_DESCRIPTOR_BYTES = 64 * _KIB


def _check_vmdk(peek: Peek) -> None:
    head = peek(0, 44).ljust(44, b"\0")
    capacity, _, described_at, described = struct.unpack_from("<QQQQ", head, 12)
    # Without a capacity the descriptor inside is obeyed as if it lay beside the disk.
    if head[:4] != b"KDMV" or not capacity or not described_at:
        raise UnfitDisk("the vmdk disk is more than one file")
    size = min(described * _SECTOR_BYTES, _MOST_DESCRIPTOR_BYTES)
    text = peek(described_at * _SECTOR_BYTES, size).split(b"\0")[0].decode("latin-1")
    kind = re.search(r'^\s*createType\s*=\s*"?(\w+)', text, re.MULTILINE)
    if kind is None or kind[1] not in _VMDK_KINDS:
        raise UnfitDisk("the vmdk disk is more than one file")
    parent = re.search(r"^\s*parentCID\s*=\s*(\w+)", text, re.MULTILINE)
    if (parent and parent[1].lower() != "ffffffff") or "parentFileNameHint" in text:
        raise UnfitDisk("the vmdk disk has a parent")
    extents = re.findall(
        r'^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(\w+)\s+"([^"]*)"', text, re.MULTILINE
    )
    if len(extents) != 1 or extents[0][0] != "SPARSE" or "/" in extents[0][1]:
        raise UnfitDisk("the vmdk disk is more than one file")


def _check_vhd(peek: Peek) -> None:
    footer = peek(-_SECTOR_BYTES, 64)
    # QEMU believes a copy at the beginning first, when there is one.
    for place in (peek(0, 64), footer):
        if place[:8] == b"conectix" and struct.unpack_from(">I", place, 60)[0] not in (2, 3):
            raise UnfitDisk("the vhd disk has a parent")


def _check_vdi(peek: Peek) -> None:
    if struct.unpack("<I", peek(0x4C, 4).ljust(4, b"\0"))[0] not in (1, 2):
        raise UnfitDisk("the vdi disk has a parent")


_CHECKS: Mapping[str, Callable[[Peek], None]] = {
    "qcow2": _check_qcow2,
    "vmdk": _check_vmdk,
    "vhd": _check_vhd,
    "vdi": _check_vdi,
}
"""vhdx disks with a parent are refused by QEMU itself, which never opens one."""
