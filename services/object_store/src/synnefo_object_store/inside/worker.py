# SPDX-License-Identifier: Apache-2.0
"""Look into a disk, in a process that can do nothing else.

Run as a program of its own, by its path, so that nothing else of this package is loaded. What the
Sleuth Kit makes of a stranger's file system may be anything: before the first byte of it is read
this process has given up files, users and privileges. It has one socket, its standard input, over
which it asks for bytes of the disk and answers.

Frames, integers big-endian::

    to it:    uint32 length, JSON: what is asked for
    from it:  "h": it has given up all; comes first
              "r" uint64 offset, uint32 length: bytes of the disk, please; they come without a frame
              "d" uint32 length, JSON: the answer
              "c" uint32 length, bytes: a part of a file; the answer
"""

from __future__ import annotations

import contextlib
import ctypes
import heapq
import json
import os
import resource
import signal
import struct
import sys
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytsk3

_SOCKET = 0
_NOBODY = 65534
_SECTOR_BYTES = 512
_CHUNK_BYTES = 64 * 1024
_CHUNKS = 256
_MOST_STEPS = 40
_MOST_ENTRIES = 1_000_000
_MOST_RUNS = 100_000
_END_WITH_PARENT, _NO_NEW_PRIVILEGES = 1, 38
_CAPABILITIES_VERSION = 0x20080522

_OTHER_FORMATS = (
    (0, b"QFI\xfb", "qcow2"),
    (0, b"KDMV", "vmdk"),
    (0, b"COWD", "vmdk"),
    (0, b"# Disk DescriptorFile", "vmdk"),
    (0, b"vhdxfile", "vhdx"),
    (0, b"conectix", "vhd"),
    (0x40, b"\x7f\x10\xda\xbe", "vdi"),
)


def _types(*names: str) -> dict[int, str]:
    """Return what file systems are called, by the types that this release knows."""
    named = ((getattr(pytsk3, f"TSK_FS_TYPE_{name}", None), name.lower()) for name in names)
    return {int(number): name for number, name in named if number is not None}


_BY_RUNS = _types("EXT2", "EXT3", "EXT4", "FAT12", "FAT16", "FAT32", "ISO9660", "FFS1", "FFS2")
"""Their files are where their runs are, to the last byte."""
_CASELESS = _types("FAT12", "FAT16", "FAT32", "EXFAT", "NTFS", "HFS", "ISO9660")
_NAMES = _BY_RUNS | _CASELESS
_TRIED = ("EXT_DETECT", "NTFS", "FAT_DETECT", "EXFAT", "ISO9660_DETECT", "HFS_DETECT", "FFS_DETECT")
"""Each by itself: left to guess, the library looks through megabytes for flash chips."""

_FILE, _FOLDER, _SYMLINK = (
    int(getattr(pytsk3, f"TSK_FS_META_TYPE_{name}")) for name in ("REG", "DIR", "LNK")
)
_IN_USE = 1


class Refused(Exception):
    """What is asked for can't be had; the words are known on the other side."""


class Disk(pytsk3.Img_Info):  # type: ignore[misc]  # the bindings have no types
    """The disk on the other side of the socket."""

    def __init__(self, size_bytes: int) -> None:
        """Begin with nothing read."""
        self._size_bytes = size_bytes
        self._chunks: OrderedDict[int, bytes] = OrderedDict()
        super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

    def close(self) -> None:
        """Do nothing; the process ends."""

    def get_size(self) -> int:
        """Return the length of the disk."""
        return self._size_bytes

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the disk, fewer at its end."""
        stop = min(offset + size, self._size_bytes)
        if not 0 <= offset < stop:
            return b""
        first, last = offset // _CHUNK_BYTES, (stop - 1) // _CHUNK_BYTES
        found = b"".join(self._chunk(number) for number in range(first, last + 1))
        return found[offset - first * _CHUNK_BYTES : stop - first * _CHUNK_BYTES]

    def _chunk(self, number: int) -> bytes:
        if number in self._chunks:
            self._chunks.move_to_end(number)
            return self._chunks[number]
        start = number * _CHUNK_BYTES
        length = min(_CHUNK_BYTES, self._size_bytes - start)
        _send(b"r" + struct.pack(">QI", start, length))
        self._chunks[number] = _received(length)
        if len(self._chunks) > _CHUNKS:
            self._chunks.popitem(last=False)
        return self._chunks[number]


@dataclass(frozen=True)
class Part:
    """What may hold a file system: a partition, or as number 0 the whole disk."""

    number: int
    start_bytes: int
    size_bytes: int


def parts_of(disk: Disk) -> Iterator[Part]:
    """Yield the whole disk, then its partitions, numbered as Linux does."""
    yield Part(0, 0, disk.get_size())
    try:
        table = pytsk3.Volume_Info(disk)
    except OSError:
        return
    is_dos = int(table.info.vstype) == int(pytsk3.TSK_VS_TYPE_DOS)
    logical = 4
    for each in table:
        if not int(each.flags) & int(pytsk3.TSK_VS_PART_FLAG_ALLOC):
            continue
        number = int(each.slot_num) + 1
        if is_dos and int(each.table_num) > 0:
            logical += 1
            number = logical
        block_bytes = int(table.info.block_size) or _SECTOR_BYTES
        yield Part(number, int(each.start) * block_bytes, int(each.len) * block_bytes)


def opened(disk: Disk, part: Part) -> Any:
    """Return the file system in a part, None without one that can be read."""
    for name in _TRIED:
        with contextlib.suppress(OSError):
            kind = getattr(pytsk3, f"TSK_FS_TYPE_{name}")
            return pytsk3.FS_Info(disk, offset=part.start_bytes, type=kind)
    return None


def entries_of(system: Any, folder: int) -> Iterator[tuple[str, Any]]:
    """Yield what is in a folder, by name; nothing that was removed, and nothing made up."""
    made_up = int(pytsk3.TSK_FS_NAME_TYPE_VIRT), int(pytsk3.TSK_FS_NAME_TYPE_VIRT_DIR)
    for count, entry in enumerate(system.open_dir(inode=folder)):
        if count > _MOST_ENTRIES:
            raise Refused("crowded")
        name, meta = entry.info.name, entry.info.meta
        if name is None or meta is None or int(name.type) in made_up:
            continue
        if not (int(name.flags) & _IN_USE and int(meta.flags) & _IN_USE):
            continue
        text = bytes(name.name).decode("utf-8", "backslashreplace")
        if text not in (".", "..", "") and "/" not in text and not _is_of_system(system, text):
            yield text, entry


def _is_of_system(system: Any, name: str) -> bool:
    """Say whether NTFS keeps itself there."""
    return name.startswith("$") and _NAMES.get(int(system.info.ftype)) == "ntfs"


def find(system: Any, folder: int, name: str) -> Any:
    """Return the entry of a name.

    Raises:
        Refused: There is none.
    """
    is_caseless = int(system.info.ftype) in _CASELESS
    like = None
    for text, entry in entries_of(system, folder):
        if text == name:
            return entry
        if is_caseless and like is None and text.casefold() == name.casefold():
            like = entry
    if like is None:
        raise Refused("missing")
    return like


def resolved(system: Any, path: str) -> Any:
    """Return what a path leads to; links lead nowhere but within the file system.

    Returns:
        An entry, or None for the folder that has all others.
    """
    todo = deque(path.split("/"))
    way: list[Any] = []
    steps = 0
    while todo:
        name = todo.popleft()
        if name == ".." and way:
            way.pop()
        if name in ("", ".", ".."):
            continue
        if way and int(way[-1].info.meta.type) != _FOLDER:
            raise Refused("missing")
        entry = find(system, _number(system, way), name)
        if int(entry.info.meta.type) != _SYMLINK:
            way.append(entry)
            continue
        steps += 1
        if steps > _MOST_STEPS:
            raise Refused("circular")
        target = _target(entry)
        if target.startswith("/"):
            way.clear()
        todo.extendleft(reversed(target.split("/")))
    return way[-1] if way else None


def _number(system: Any, way: list[Any]) -> int:
    return int(way[-1].info.meta.addr if way else system.info.root_inum)


def _target(entry: Any) -> str:
    return bytes(entry.info.meta.link or b"").decode("utf-8", "backslashreplace")


def listed(system: Any, entry: Any, base: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is shown of a folder: a window of its entries, in the order of their names."""
    rows = _rows(system, entry, base, asked)
    return heapq.nsmallest(asked["limit"], rows, key=lambda row: str(row["name"]))


def _rows(system: Any, entry: Any, base: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, each in entries_of(system, _number(system, [entry] if entry else [])):
        meta = each.info.meta
        kind = {_FILE: "file", _FOLDER: "folder", _SYMLINK: "symlink"}.get(int(meta.type), "other")
        full = f"{base}{name}/" if kind == "folder" else f"{base}{name}"
        if full <= asked["marker"] or not full.startswith(asked["prefix"]):
            continue
        size = max(0, int(meta.size)) if kind == "file" else 0
        row = {"name": full, "kind": kind, "bytes": size, "modified_at": int(meta.mtime)}
        yield row | ({"target": _target(each)} if kind == "symlink" else {})


def runs_of(system: Any, part: Part, entry: Any) -> list[list[int]] | None:
    """Return where a file is: [offset in it, offset in the disk or -1 for zeros, bytes].

    None for what is not simply there: compressed, inside of other structures, or of a file system
    that keeps elsewhere how much of a run counts.
    """
    if int(system.info.ftype) not in _BY_RUNS:
        return None
    holes = int(pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE) | int(pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER)
    block_bytes = int(system.info.block_size)
    for attribute in entry:
        if int(attribute.info.type) != int(pytsk3.TSK_FS_ATTR_TYPE_DEFAULT):
            continue
        if not int(attribute.info.flags) & int(pytsk3.TSK_FS_ATTR_NONRES):
            return None
        runs: list[list[int]] = []
        for run in attribute:
            if len(runs) == _MOST_RUNS:
                raise Refused("scattered")
            at = part.start_bytes + int(run.addr) * block_bytes
            is_hole = bool(int(run.flags) & holes)
            place = -1 if is_hole else at
            runs.append([int(run.offset) * block_bytes, place, int(run.len) * block_bytes])
        return runs
    return [] if not int(entry.info.meta.size) else None


def looked(disk: Disk, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is at a path: parts of the disk, a folder, or where a file is."""
    if not asked["path"].strip("/"):
        whole, *parts = [_shown(disk, part) for part in parts_of(disk)]
        if not (parts or whole["file_system"]):
            raise Refused("unknown")
        return {"parts": [whole, *parts] if whole["file_system"] else parts}
    system, part, path = _entered(disk, asked["path"])
    entry = resolved(system, path)
    if entry is None or int(entry.info.meta.type) == _FOLDER:
        inner = "/".join(each for each in path.split("/") if each)
        base = f"{part.number}/{inner}/" if inner else f"{part.number}/"
        return {"entries": listed(system, entry, base, asked)}
    if path.endswith("/"):
        raise Refused("missing")
    if int(entry.info.meta.type) != _FILE:
        raise Refused("special")
    meta = entry.info.meta
    return {
        "bytes": int(meta.size),
        "modified_at": int(meta.mtime),
        "runs": runs_of(system, part, entry),
    }


def copied(disk: Disk, asked: dict[str, Any]) -> bytes:
    """Return a part of a file."""
    system, _, path = _entered(disk, asked["path"])
    entry = resolved(system, path)
    if entry is None or int(entry.info.meta.type) != _FILE:
        raise Refused("missing")
    return bytes(entry.read_random(asked["start"], asked["stop"] - asked["start"]))


def _entered(disk: Disk, path: str) -> tuple[Any, Part, str]:
    number, _, inner = path.lstrip("/").partition("/")
    for part in parts_of(disk):
        if str(part.number) == number:
            system = opened(disk, part)
            if system is None:
                raise Refused("unknown")
            return system, part, inner
    raise Refused("missing")


def _shown(disk: Disk, part: Part) -> dict[str, Any]:
    system = opened(disk, part)
    name = "" if system is None else _NAMES.get(int(system.info.ftype), "other")
    return {"number": part.number, "bytes": part.size_bytes, "file_system": name}


def _check_format(disk: Disk) -> None:
    for at, magic, name in _OTHER_FORMATS:
        if disk.read(at, len(magic)) == magic:
            raise Refused(name)


def _received(length: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        piece = os.read(_SOCKET, length - len(pieces))
        if not piece:
            # Nobody waits for the answer any more.
            os._exit(0)
        pieces += piece
    return bytes(pieces)


def _send(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(_SOCKET, left) :]


def confine(root: str, *, is_root: bool) -> None:
    """Give up all but the socket: other files, the user, privileges, other processes.

    Args:
        root: An empty folder, the only one there is from here on.
        is_root: Whether we are root outside of our name spaces, too.

    Raises:
        OSError: The machine does not allow it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    os.chroot(root)
    os.chdir("/")
    if is_root:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.capset(header, none) or libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "privileges can't be given up")
    # What ends with us must be said again after each change of the user.
    libc.prctl(_END_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    # What is open stays so; nothing else can be opened from here on.
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))


def main(root: str, who: str) -> None:
    """Answer one question."""
    confine(root, is_root=who == "root")
    _send(b"h")
    asked = json.loads(_received(struct.unpack(">I", _received(4))[0]))
    disk = Disk(asked["size_bytes"])
    kind, answer = b"d", b""
    try:
        _check_format(disk)
        if "stop" in asked:
            kind, answer = b"c", copied(disk, asked)
        else:
            answer = json.dumps(looked(disk, asked)).encode()
    except Refused as refused:
        kind, answer = b"d", json.dumps({"refused": str(refused)}).encode()
    except OSError:
        kind, answer = b"d", b'{"refused": "damaged"}'
    _send(kind + struct.pack(">I", len(answer)) + answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
