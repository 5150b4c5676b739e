# SPDX-License-Identifier: Apache-2.0
"""What libguestfs starts to write on disks: made once, so that its users need no right to make it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from synnefo_node_ganeti.os_offline import APPLIANCE, PYTHON

# Libguestfs makes it where nobody has yet, and takes as whole what has this file.
_MAKING = "import guestfs; g = guestfs.GuestFS(); g.add_drive_scratch(2**20); g.launch(); g.close()"
_WHOLE = "README.fixed"
_MOST_MESSAGE = 500
_TIME_S = 600


class NotMade(Exception):
    """It could not be made; says why."""


def make(definition: Path) -> Path:
    """Make it of this node's kernel and programs, start it once, and put it in place of an old one.

    What disks are being written with the old one goes on.
    """
    with tempfile.TemporaryDirectory(dir=definition, prefix=".appliance-") as name:
        cache = Path(name)
        _run([PYTHON, "-I", "-c", _MAKING], cache)
        (draft,) = cache.glob(".guestfs-*/appliance.d")
        (draft / _WHOLE).write_text("made by synnefo-guest-os\n")
        for path in (draft, *draft.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        ready = definition / APPLIANCE
        if ready.exists():
            ready.rename(cache / "old")
        draft.rename(ready)
    return ready


def _run(words: list[str], cache: Path) -> None:
    if shutil.which(words[0]) is None:
        raise NotMade(f"there is no {words[0]}")
    told = {
        "LIBGUESTFS_BACKEND": "direct",
        # That it starts is to say nothing of this processor's help: users may have none.
        "LIBGUESTFS_BACKEND_SETTINGS": "force_tcg",
        "LIBGUESTFS_CACHEDIR": str(cache),
    }
    done = subprocess.run(
        words,
        env={**os.environ, **told},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_TIME_S,
        check=False,
    )
    if done.returncode:
        raise NotMade(f"libguestfs does not work here: {done.stderr.strip()[-_MOST_MESSAGE:]}")
