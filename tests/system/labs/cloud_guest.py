# SPDX-License-Identifier: Apache-2.0
"""A guest with a real cloud-init: a Debian 12 that mmdebstrap made, booted without a boot loader.

It is large and slow beside :mod:`labs.guest`: under emulation it takes a minute or two.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from . import debian, packages
from .errors import LabFailed
from .processes import PATH

SCRIPT = Path(__file__).with_name("cloud-guest.sh")
DISK = "disk.raw"
USER = "debian"
"""Who may log in with the key that it is told."""


def build() -> Path:
    """Return a directory with ``vmlinuz``, ``initrd`` and ``disk.raw``, made once.

    Kept in ``$XDG_CACHE_HOME/synnefo-labs``; downloads some 150 MB in one to two minutes. Needs root.

    Raises:
        LabFailed: It could not be made; what was made of it is gone.
    """
    packages.ensure("cloud-guest")
    key = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:8]
    ready, draft = debian.cache() / f"cloud-{key}", debian.cache() / f"cloud-{key}.draft"
    with (debian.cache() / "cloud.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            shutil.rmtree(draft, ignore_errors=True)  # from a killed run
            draft.mkdir()
            _make(draft)
            draft.rename(ready)
    return ready


def _make(draft: Path) -> None:
    environment = {
        key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")
    }
    environment |= {"PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["unshare", "--mount", str(SCRIPT), str(draft), debian.MIRROR],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise LabFailed(f"no guest from {debian.MIRROR}:\n{done.stdout[-2000:]}")
