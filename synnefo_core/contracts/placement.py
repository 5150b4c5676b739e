# SPDX-License-Identifier: Apache-2.0
"""The contract of placement: which cluster a new server goes to.

Filters take clusters out, each with a reason; weighers say how little the others please. The hooks
``placement_filters`` and ``placement_weighers`` add to those of the cloud; operators choose among all by
``[backends] filters`` and ``weighers``. Both are pure: they look at values, and nothing is locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Company:
    """The servers that a new one is grouped with.

    Attributes:
        is_apart: Whether they are to be apart; else they are to be together.
        is_strict: Whether a server that can't be so must not be at all.
        members: How many of them are on each cluster with any, by the cluster's id.
        most_per_node: How many of those to be apart may share a node of a cluster.
    """

    is_apart: bool
    is_strict: bool
    members: Mapping[str, int] = field(default_factory=dict)
    most_per_node: int = 1


@dataclass(frozen=True)
class Demand:
    """What a server needs.

    Attributes:
        vcpus: Virtual processors.
        ram_mib: Memory.
        disk_mib: All disks together, once.
        disk_template: Ganeti's word; empty for any.
        project_id: Whose it is; empty for nobody's.
        zone: The availability zone that it must be in; empty for any.
        apart_from: Ids of clusters that it must not be on.
        together_with: Ids of clusters of which it must be on one; empty for any.
        company: What it is grouped with; None for a server on its own.
        words: What its flavor asks of what is said of clusters, by the word.
    """

    vcpus: int
    ram_mib: int
    disk_mib: int
    disk_template: str = ""
    project_id: str = ""
    zone: str = ""
    apart_from: frozenset[str] = frozenset()
    together_with: frozenset[str] = frozenset()
    company: Company | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def booked_disk_mib(self) -> int:
        """How much of a cluster's disks it takes: DRBD keeps everything twice."""
        return self.disk_mib * (2 if self.disk_template == "drbd" else 1)


@dataclass(frozen=True)
class Room:
    """An amount of what clusters have; sizes in MiB."""

    vcpus: float = 0
    ram_mib: float = 0
    disk_mib: float = 0


@dataclass(frozen=True)
class Candidate:
    """A cluster that may be chosen.

    Attributes:
        id: Our id.
        name: The operator's name.
        zone: Its availability zone.
        closed_as: "drained" or "offline"; empty while it takes new servers.
        problem: Why it did not answer last time; empty while it does.
        is_known: Whether it ever told its size.
        nodes: How many nodes it has that are online.
        is_public: Whether it takes servers of projects that have no clusters of their own.
        projects: Ids of the projects that it is reserved for.
        disk_templates: What it has enabled.
        whole: All that may be given out, over-commitment included.
        booked: What has been given out.
        has_project_elsewhere: Whether the server's project has any cluster of its own.
        words: What is said of it through its aggregates: all values of each word.
    """

    id: str
    name: str
    zone: str = ""
    closed_as: str = ""
    problem: str = ""
    is_known: bool = True
    nodes: int = 0
    is_public: bool = True
    projects: frozenset[str] = frozenset()
    disk_templates: tuple[str, ...] = ()
    whole: Room = field(default_factory=Room)
    booked: Room = field(default_factory=Room)
    has_project_elsewhere: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def free(self) -> Room:
        """What is left; below zero when an operator made the cluster smaller."""
        return Room(
            self.whole.vcpus - self.booked.vcpus,
            self.whole.ram_mib - self.booked.ram_mib,
            self.whole.disk_mib - self.booked.disk_mib,
        )


@dataclass(frozen=True)
class Filter:
    """A reason to take a cluster out.

    Attributes:
        name: Unique; operators choose by it.
        check: Returns why a cluster is out, with names and figures for operators, or nothing.
        told: The same for the tenant, who must not learn of clusters: "not enough memory".
    """

    name: str
    check: Callable[[Candidate, Demand], str]
    told: str


@dataclass(frozen=True)
class Weigher:
    """A measure of how little a cluster pleases: about 0 for an empty, 1 for a full one.

    ``name`` is unique; operators choose by it and give each a factor.
    """

    name: str
    weigh: Callable[[Candidate, Demand], float]
