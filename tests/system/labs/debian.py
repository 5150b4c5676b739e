# SPDX-License-Identifier: Apache-2.0
"""Debian 12, the system that Ganeti 3.0 is packaged for.

Ubuntu 24.04 has no Ganeti, later releases have another one. There the sandboxes live in the
root directory of a Debian 12, made once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path

from .errors import LabFailed
from .processes import PATH

MIRROR = "http://deb.debian.org/debian"
SCRIPT = Path(__file__).with_name("debian-tree.sh")


def is_here() -> bool:
    """Whether this machine is a Debian 12."""
    return platform.freedesktop_os_release().get("VERSION_CODENAME") == "bookworm"


def cache() -> Path:
    """Where things stay that are made once."""
    path = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "synnefo-labs"
    path.mkdir(parents=True, exist_ok=True)
    return path


def tree() -> Path:
    """Return the root directory of a Debian 12 with Ganeti and QEMU.

    Made once, in one to two minutes; needs root and takes 700 MB.

    Raises:
        LabFailed: It could not be made; what was made of it is gone.
    """
    key = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:8]
    ready, draft = cache() / f"debian-12-{key}", cache() / "debian-12.draft"
    with (cache() / "debian-12.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            shutil.rmtree(draft, ignore_errors=True)  # from a killed run
            _make(draft)
            draft.rename(ready)
    return ready


def _make(draft: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")
    }
    environment |= {"PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["unshare", "--mount", str(SCRIPT), str(draft), MIRROR],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise LabFailed(f"no Debian 12 from {MIRROR}:\n{done.stdout[-2000:]}")
