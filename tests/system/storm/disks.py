# SPDX-License-Identifier: Apache-2.0
"""Disks of their own that are soon full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size_bytes: int) -> Iterator[Path]:
    """Mount an ext4 in a file; skip the test where that may not be."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    image, mountpoint = place / "disk", place / "mounted"
    mountpoint.mkdir()
    with image.open("wb") as file:
        file.truncate(size_bytes)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", image], check=True)
    mounting = subprocess.run(["mount", "-o", "loop", image, mountpoint], check=False)
    if mounting.returncode:
        pytest.skip("this machine mounts no loop devices")
    yield mountpoint
    subprocess.run(["umount", "--lazy", mountpoint], check=True)
