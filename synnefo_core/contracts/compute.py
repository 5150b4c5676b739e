# SPDX-License-Identifier: Apache-2.0
"""The contract of a compute backend: one cluster that runs instances.

Stevedore group: ``synnefo.compute_backend``. A driver is a subclass of
:class:`ComputeBackend`, called with one
:class:`~synnefo_core.contracts.driver.DriverSetup`; one object serves one cluster.

Everything that changes a cluster is a *job*: a call submits it and returns its id; the
job's end is seen by polling :meth:`Jobs.job` or told by the update path. A job id is
the cluster's own word (a string), unique in that cluster.

All calls block and take ``timeout_s``, the seconds after which the caller no longer
wants the answer. The conformance suite is :mod:`synnefo_core.testing.compute`, the
in-memory twin :class:`synnefo_core.testing.fakes.MemoryBackend`.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synnefo_core.contracts.driver import Driver, DriverError, DriverSetup, Unavailable
from synnefo_core.contracts.seed import Seed

if TYPE_CHECKING:
    from synnefo_core.contracts.devices import Cards, Volumes
    from synnefo_core.contracts.figures import Samples
    from synnefo_core.contracts.moving import Migration, Movable
    from synnefo_core.contracts.networks import Networks
    from synnefo_core.contracts.node_state import NodeStates
    from synnefo_core.contracts.rescue import Boot, Rescue

DEFAULT_TIMEOUT_S = 35.0
"""Longer than the 30 s after which a Ganeti master without its queue answers 504."""


class BackendError(DriverError):
    """The cluster refused or failed."""


class BackendUnavailable(BackendError, Unavailable):
    """The cluster did not answer. Whether a job was submitted is unknown."""


class BackendBusy(BackendError, Unavailable):
    """The cluster takes no jobs now (queue drained or full); nothing was submitted."""


class InstanceMissing(BackendError):
    """The cluster has no instance of this name."""


class JobMissing(BackendError):
    """The cluster knows no job of this id (any more)."""


class RequestRefused(BackendError):
    """The cluster will never accept this request; nothing was submitted."""


class JobState(enum.Enum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    ERROR = "error"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self in (JobState.SUCCESS, JobState.ERROR, JobState.CANCELED)


@dataclass(frozen=True)
class Job:
    """A job as the cluster tells it.

    Attributes:
        id: The cluster's id.
        state: Where it stands.
        operation: "create", "delete", "start", "stop", "reboot", "reinstall", "migrate" or the
            cluster's own word.
        instance: The instance that it is about, when there is one.
        network: The network that it is about, when it is about one itself.
        error: Why it failed, as one sentence; empty otherwise.
        ended_at: Seconds since the epoch by the cluster's clock, None while it goes on.
        is_transient: Whether an error may go away by itself (locks, resources, a node).
        already_exists: Whether a create failed because the name was in use.
    """

    id: str
    state: JobState
    operation: str = ""
    instance: str = ""
    network: str = ""
    error: str = ""
    ended_at: float | None = None
    is_transient: bool = False
    already_exists: bool = False


class PowerState(enum.Enum):
    """Whether an instance runs."""

    RUNNING = "running"
    STOPPED = "stopped"
    CRASHED = "crashed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DiskSpec:
    """A disk to be made: ``size_mib`` of a template's storage, called ``name``."""

    name: str
    size_mib: int
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NicSpec:
    """A network card to be made.

    Attributes:
        name: Our name for it, unique in the cluster.
        mac: ``aa:bb:cc:dd:ee:ff``.
        ip: Its IPv4 address, or None.
        link: The bridge or routing table on the node; empty for the cluster's default.
        mode: "bridged", "routed" or "openvswitch"; empty for the cluster's default.
        network: The cluster's network to take link and mode from; empty for none.
    """

    name: str
    mac: str
    ip: str | None = None
    link: str = ""
    mode: str = ""
    network: str = ""


@dataclass(frozen=True)
class InstanceSpec:
    """An instance to be made.

    Attributes:
        name: Its name in the cluster; derived from our id, so making it twice is seen.
        vcpus: Virtual processors.
        ram_mib: Memory.
        disk_template: Ganeti's word: "file", "ext", "plain", "drbd", "diskless", …
        disks: At least one unless diskless.
        nics: In the guest's order.
        os: The OS definition; empty for the backend's default.
        os_parameters: For the OS definition; stored in the cluster, so no secrets.
        secret_parameters: For the OS definition; the cluster forgets them with the job.
        seed: What the guest is told at its first boot, secrets among it; None for nothing. A
            backend that gives its guests nothing leaves it out.
        tags: The cluster's tags; the caller's own mark is among them.
        hypervisor: Empty for the cluster's default.
        hypervisor_parameters: Passed through.
        is_started: Whether it runs once made.
    """

    name: str
    vcpus: int
    ram_mib: int
    disk_template: str = ""
    disks: tuple[DiskSpec, ...] = ()
    nics: tuple[NicSpec, ...] = ()
    os: str = ""
    os_parameters: Mapping[str, str] = field(default_factory=dict)
    secret_parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    seed: Seed | None = field(default=None, repr=False)
    tags: tuple[str, ...] = ()
    hypervisor: str = ""
    hypervisor_parameters: Mapping[str, str | int | bool] = field(default_factory=dict)
    is_started: bool = True


@dataclass(frozen=True)
class Nic:
    """A network card as the cluster has it."""

    name: str
    mac: str
    ip: str | None
    link: str = ""
    network: str = ""


@dataclass(frozen=True)
class Disk:
    """A disk as the cluster has it."""

    name: str
    size_mib: int


@dataclass(frozen=True)
class Instance:
    """An instance as the cluster has it.

    ``node`` is its primary node, ``created_at`` seconds since the epoch, ``boot`` what
    :meth:`~synnefo_core.contracts.rescue.Rescue.boot` returns, None where nothing is rescued.
    """

    name: str
    power: PowerState
    vcpus: int
    ram_mib: int
    node: str = ""
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: float | None = None
    boot: Boot | None = None


@dataclass(frozen=True)
class Capacity:
    """What a cluster has and has left, in MiB and virtual processors, over all online nodes."""

    nodes: int
    vcpus: int
    ram_mib: int
    free_ram_mib: int
    disk_mib: int
    free_disk_mib: int
    instances: int


@dataclass(frozen=True)
class Capabilities:
    """What a backend can do; the API answers "not supported" for what it can't.

    Attributes:
        disk_templates: The templates that may be asked for.
        hypervisors: The enabled hypervisors, the default one first.
        has_hotplug: Whether NICs and disks may be changed while the instance runs.
        has_soft_reboot: Whether a reboot may be left to the guest.
        notifies: Whether an update path exists beside polling.
    """

    disk_templates: tuple[str, ...]
    hypervisors: tuple[str, ...]
    has_hotplug: bool = False
    has_soft_reboot: bool = True
    notifies: bool = False


class Lifecycle(ABC):
    """Make, run and remove instances. Every backend has it.

    Each method submits one job and returns its id. It raises :class:`BackendUnavailable`
    (unknown whether submitted), :class:`BackendBusy` (not submitted) or
    :class:`RequestRefused` (never will be). That an instance is missing or in the wrong
    state may be told by :class:`InstanceMissing` or by the job's error: callers handle both.

    Jobs on one instance never run at the same time, but only a job that has ended is sure to
    come before another one: wait for it where the order matters.
    """

    @abstractmethod
    def create(self, spec: InstanceSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Make an instance; its job ends when it is made (and runs, if asked to)."""

    @abstractmethod
    def delete(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Stop an instance at once and remove it with its disks."""

    @abstractmethod
    def start(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Start an instance; starting a running one succeeds."""

    @abstractmethod
    def stop(
        self, name: str, *, grace_s: int | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Stop an instance, leaving the guest ``grace_s`` seconds (None: cluster's default).

        Stopping a stopped one succeeds.
        """

    @abstractmethod
    def reboot(
        self, name: str, *, is_hard: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Restart an instance; soft asks the guest where the backend can."""


class Reshape(ABC):
    """Change what an instance is made of. Optional.

    Each method submits one job, and tells what is wrong as those of :class:`Lifecycle` do.
    """

    @abstractmethod
    def resize(
        self, name: str, *, vcpus: int, ram_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Give a stopped instance so many processors and so much memory, more or fewer.

        The same ones succeed. For an instance that runs either the job fails, or its guest has
        them from its next start on.
        """

    @abstractmethod
    def grow_disk(
        self, name: str, *, disk: int, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Make a disk, counted from 0, so large; the job of one that is larger fails.

        A guest that runs may see it only after its next start.
        """

    @abstractmethod
    def hand_seed(
        self, name: str, seed: Seed, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str | None:
        """Have the next reinstall tell the guest this; return None where no guest is told.

        The cluster keeps it no longer than until then, and not in the record of the job.
        """

    @abstractmethod
    def reinstall(
        self,
        name: str,
        *,
        os: str = "",
        os_parameters: Mapping[str, str] | None = None,
        is_started: bool = True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> str:
        """Stop an instance and write its disks anew; its name, disks and NICs stay.

        Args:
            name: The instance.
            os: The OS definition; empty for the one that it has.
            os_parameters: What else it is to know; None for what it knows.
            is_started: Whether it runs in the end.
            timeout_s: See above.
        """


class ConsoleKind(enum.Enum):
    """What is spoken at a console."""

    VNC = "vnc"
    SPICE = "spice"


@dataclass(frozen=True)
class Console:
    """Where the screen and the keyboard of an instance are reached, by a process of the cloud.

    Whoever can connect there has the instance in hand: no client is ever told.
    """

    kind: ConsoleKind
    host: str
    port: int


class Consoles(ABC):
    """Reach the screens of instances. Optional."""

    @abstractmethod
    def console(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Console | None:
        """Return where the console of an instance is now, None when it has none to be reached.

        It is good while the instance runs where it runs: ask again for each connection.

        Raises:
            InstanceMissing: There is none of this name.
            RequestRefused: It does not run.
        """


class Adoption(ABC):
    """Make an instance known as ours. Optional.

    Each method submits one job, and tells what is wrong as those of :class:`Lifecycle` do.
    """

    @abstractmethod
    def tag(self, name: str, tags: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Put tags on an instance, beside those that it has; twice is no error."""

    @abstractmethod
    def rename(self, name: str, new_name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        """Give a stopped instance another name; the job fails if it runs, or the name is taken."""


class Jobs(ABC):
    """Follow jobs. Every backend has it."""

    @abstractmethod
    def job(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Job:
        """Return one job.

        Raises:
            JobMissing: The cluster does not know it (any more).
        """

    @abstractmethod
    def jobs(
        self, job_ids: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Job]:
        """Return those of ``job_ids`` that the cluster knows, in as few requests as it can."""

    @abstractmethod
    def cancel(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> bool:
        """Take a queued job back; return whether it was.

        False for a job that has begun or ended, or that the cluster does not know.
        """

    @abstractmethod
    def pending(self, instance: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Job]:
        """Return the jobs about an instance that have not ended, oldest first.

        Empty for an instance that the cluster does not know. A caller that died between submitting a job and writing its id down finds it here.
        """


class Inventory(ABC):
    """See what is there. Every backend has it."""

    @abstractmethod
    def instance(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Instance:
        """Return one instance with its live power state.

        Raises:
            InstanceMissing: There is none of this name.
        """

    @abstractmethod
    def instances(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[Instance]:
        """Return all instances whose name starts with ``prefix``, in the order of names."""

    @abstractmethod
    def some(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Instance]:
        """Return those of ``names`` that there are, by name, in as few requests as it can."""

    @abstractmethod
    def capacity(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capacity:
        """Return what the cluster has and has left."""


class ComputeBackend(Driver):
    """One cluster: the driver class that an entry point of ``synnefo.compute_backend`` names."""

    lifecycle: Lifecycle
    job_queue: Jobs
    inventory: Inventory
    reshape: Reshape | None = None
    adoption: Adoption | None = None
    migration: Migration | None = None
    consoles: Consoles | None = None
    cards: Cards | None = None
    rescue: Rescue | None = None
    movable: Movable | None = None
    node_states: NodeStates | None = None
    samples: Samples | None = None
    networks: Networks | None = None
    volumes: Volumes | None = None

    @abstractmethod
    def __init__(self, setup: DriverSetup) -> None:
        """Prepare to talk to the cluster; no network call is made yet.

        Raises:
            Misconfigured: The settings can't work.
        """

    @abstractmethod
    def capabilities(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capabilities:
        """Ask the cluster what it can do."""

    def close(self) -> None:
        """Give back connections; a closed backend is not used again, but may be closed again."""
        return
