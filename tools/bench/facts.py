# SPDX-License-Identifier: Apache-2.0
"""What must be known of the machine and the software to read figures; neither names nor paths."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tools.members import ROOT

_LIBRARIES = ("eventlet", "gunicorn", "sqlalchemy", "webob", "routes", "psycopg", "oslo.policy")
_SYNCS = 25
_HASHED_BYTES = 64 << 20


def machine(directory: Path) -> dict[str, Any]:
    """Return the facts of this machine; the disk's are of the directory's."""
    return {
        "cpus": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "sync_ms": round(_sync_ms(directory), 3),
        "md5_cpu_s_per_gib": round(_hash_s_per_gib("md5"), 2),
        "sha256_cpu_s_per_gib": round(_hash_s_per_gib("sha256"), 2),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _sync_ms(directory: Path) -> float:
    """Return how long the disk takes to make 4 KiB durable: what a small write can't undercut."""
    took = []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(_SYNCS):
            file.write(os.urandom(4096))
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return median(took)


def _hash_s_per_gib(name: str) -> float:
    """Return what a hash costs here and now: a yardstick for the processor time of uploads."""
    block = os.urandom(_HASHED_BYTES)
    begun = time.process_time()
    hashlib.new(name, block, usedforsecurity=False).digest()
    return (time.process_time() - begun) * 2**30 / _HASHED_BYTES


def versions() -> dict[str, str]:
    """Return the versions of what is measured."""
    found = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), **found}


def revision() -> str:
    """Return the revision of the sources; ``+`` behind it says that they were changed since."""
    name = _git("rev-parse", "--short=12", "HEAD")
    return f"{name}+" if name and _git("status", "--porcelain", "--untracked-files=no") else name


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


class Weather:
    """What else the machine did during a run."""

    def __init__(self) -> None:
        self.at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._load, self._stolen_s = load(), stolen_s()

    def until_now(self) -> dict[str, float]:
        """Return the load before and after, and what was kept from this machine."""
        stolen = round(stolen_s() - self._stolen_s, 2)
        return {"before": self._load, "after": load(), "stolen_s": stolen}


def load() -> float:
    """Return how many processes wanted a processor in the last minute."""
    return round(os.getloadavg()[0], 2)


def stolen_s() -> float:
    """Return the processor time that the machine below has kept from this one so far."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")
