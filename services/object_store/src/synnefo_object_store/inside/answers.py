# SPDX-License-Identifier: Apache-2.0
"""What a process says of a disk, taken for nothing more than it can be.

All raise KeyError, TypeError or ValueError for what makes no sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_object_store.inside.values import InnerEntry, InnerPart, Run

_MOST_BYTES = 2**63 - 1
_LATEST = 253_402_300_799
_KINDS = ("file", "folder", "symlink", "other")


def parts(said: Mapping[str, Any]) -> list[InnerPart]:
    """Return the parts of a disk."""
    return [
        InnerPart(_count(each["number"]), _count(each["bytes"]), _text(each["file_system"]))
        for each in said["parts"]
    ]


def entries(said: Mapping[str, Any]) -> list[InnerEntry]:
    """Return what is in a folder."""
    return [
        InnerEntry(
            _text(each["name"]),
            _KINDS[_KINDS.index(each["kind"])],
            _count(each["bytes"]),
            _moment(each["modified_at"]),
            _text(each.get("target", "")),
        )
        for each in said["entries"]
    ]


def measures(said: Mapping[str, Any]) -> tuple[int, int]:
    """Return a file's length, and when it was changed."""
    return _count(said["bytes"]), _moment(said["modified_at"])


def runs(said: Mapping[str, Any], disk_bytes: int) -> list[Run] | None:
    """Return where all of a file is, None when only the process can tell its bytes.

    What no run has is zeros: files end in holes.
    """
    if said["runs"] is None:
        return None
    size, _ = measures(said)
    found: list[Run] = []
    at = 0
    for start, place, length in said["runs"]:
        begin, end = _count(start), min(_count(start) + _count(length), size)
        if begin >= size:
            break
        if begin < at or (place != -1 and _count(place) + end - begin > disk_bytes):
            raise ValueError(begin)
        if begin > at:
            found.append(Run(at, begin, None))
        if end > begin:
            found.append(Run(begin, end, None if place == -1 else place))
        at = max(at, end)
    return [*found, Run(at, size, None)] if at < size else found


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_BYTES:
        raise ValueError(value)
    return value


def _moment(value: object) -> int:
    # File systems have years that calendars here have not.
    return min(max(0, value), _LATEST) if isinstance(value, int) else _count(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-8", "replace").decode()
