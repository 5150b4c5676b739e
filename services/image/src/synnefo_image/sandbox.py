# SPDX-License-Identifier: Apache-2.0
"""Run qemu-img where a disk made by a stranger can do no harm.

It runs as nobody, without any privilege, network or way to get them, with bounds on memory, time,
files and what it writes. It sees the disks as open files only, and is told their format, so that it
guesses nothing. Where the machine does not allow this nothing is run.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence

from synnefo_core import confinement
from synnefo_core.confinement import NOBODY, Bounds
from synnefo_image.headers import UnfitDisk

_PROGRAMS = ("setpriv", "qemu-img")
_MOST_MESSAGE = 300


def measured(disk: int, name: str, bounds: Bounds) -> int:
    """Return the virtual size of a disk, in bytes.

    Args:
        disk: An open file.
        name: QEMU's name of its format.
        bounds: What may be taken for it.

    Raises:
        UnfitDisk: It is none of the format, refers to another file, or asks for too much.
    """
    text = _run(["qemu-img", "info", "--output", "json", _source(disk, name)], [disk], bounds)
    said = json.loads(text)
    about = said.get("format-specific", {}).get("data", {})
    if "backing-filename" in said or "data-file" in about or said.get("encrypted"):
        raise UnfitDisk("the disk refers to another file")
    return int(said["virtual-size"])


def converted(disk: int, name: str, target: int, bounds: Bounds) -> None:
    """Write a disk as a raw one into an open, empty file.

    Raises:
        UnfitDisk: It is none of the format, or asks for too much.
    """
    source = _source(disk, name)
    words = ["qemu-img", "convert", "-O", "raw", source, f"/proc/self/fd/{target}"]
    _run(words, [disk, target], bounds)


def _source(disk: int, name: str) -> str:
    file = {"driver": "file", "filename": f"/proc/self/fd/{disk}", "locking": "off"}
    described: dict[str, object] = {"driver": name, "file": file}
    if name in ("qcow2", "vmdk"):
        described["backing"] = None
    return f"json:{json.dumps(described)}"


def _run(words: Sequence[str], files: Sequence[int], bounds: Bounds) -> str:
    confinement.require("conversion of disks", _PROGRAMS)
    if os.geteuid() == 0:
        for file in files:
            os.fchown(file, NOBODY, NOBODY)
    try:
        done = subprocess.run(  # fixed words and numbers of open files
            [*_confined(bounds), *words],
            pass_fds=list(files),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=bounds.time_s,
            check=False,
            env=confinement.environment("C"),
        )
    except subprocess.TimeoutExpired as cause:
        raise UnfitDisk(f"the disk takes more than {bounds.time_s} s to read") from cause
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip()[-_MOST_MESSAGE:]
        raise UnfitDisk(f"the disk can't be read: {message or done.returncode}")
    return done.stdout.decode()


def _confined(bounds: Bounds) -> list[str]:
    """Return the words before a program that take everything from it that it doesn't need."""
    who = []
    if os.geteuid() == 0:
        who = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all"]
    drop = ["setpriv", *who, "--no-new-privs", "--inh-caps=-all"]
    return [*confinement.words(bounds), *drop]
