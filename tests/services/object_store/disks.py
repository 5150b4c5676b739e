# SPDX-License-Identifier: Apache-2.0
"""Raw disks made without mounting anything, and contents that tell what is read of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

BIG = bytes(range(251)) * 4000
PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def is_there(program):
    return shutil.which(program, path=PATH) is not None


def run(*words, stdin=None):
    """Run a program; return what it says."""
    done = subprocess.run(
        words, input=stdin, capture_output=True, check=True, env={**os.environ, "PATH": PATH}
    )
    return done.stdout


def tree(folder):
    """Make files to be put on a disk; return their folder."""
    etc = folder / "etc"
    etc.mkdir(parents=True)
    (etc / "hostname").write_text("web1\n")
    (etc / "name").symlink_to("hostname")
    (etc / "above").symlink_to("/../../../etc/hostname")
    (etc / "outside").symlink_to("/proc/self/environ")
    (etc / "round").symlink_to("round")
    (etc / "deep" / "er").mkdir(parents=True)
    (etc / "deep" / "er" / "tschüß").write_text("ö")
    (folder / "big").write_bytes(BIG)
    (folder / "empty").touch()
    os.mkfifo(folder / "fifo")
    with (folder / "holes").open("wb") as file:
        file.truncate(3 * 1024**2)
        file.seek(0, os.SEEK_END)
        file.write(b"end")
    return folder


def ext4(path, folder, *, mib=16):
    """Make an ext4 file system with a folder's content in a new file."""
    with path.open("wb") as file:
        file.truncate(mib * 1024**2)
    run("mkfs.ext4", "-q", "-F", "-d", str(folder), str(path))
    return path


class Content:
    """A file as the content of an object; ``spans`` are what was read of it."""

    def __init__(self, path):
        self._path, self.spans = Path(path), []

    @property
    def size_bytes(self):
        return self._path.stat().st_size

    def read(self, start=0, stop=None):
        stop = self.size_bytes if stop is None else stop
        self.spans.append((start, stop))
        with self._path.open("rb") as file:
            file.seek(start)
            return iter((file.read(stop - start),))
