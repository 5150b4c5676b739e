# SPDX-License-Identifier: Apache-2.0
"""What a cluster is made of and how fast its jobs go."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Pace:
    """How fast a cluster's jobs go, and how long it remembers them.

    Attributes:
        jobs_at_once: How many jobs run side by side; the others wait.
        delay_min_s: The least that a job takes.
        delay_max_s: The most that a job takes; each job draws its own time between the two.
        archive_after_s: An ended job of this age is forgotten.
    """

    jobs_at_once: int = 20
    delay_min_s: float = 0.2
    delay_max_s: float = 0.6
    archive_after_s: int = 21600


@dataclass(frozen=True)
class Layout:
    """A cluster: ``nodes`` alike nodes, each with these figures, and a store of disks."""

    name: str
    store: Path
    nodes: int = 4
    vcpus: int = 16
    ram_mib: int = 65536
    disk_mib: int = 1048576
    pace: Pace = field(default_factory=Pace)
