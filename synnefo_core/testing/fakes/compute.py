# SPDX-License-Identifier: Apache-2.0
"""A cluster in memory: the compute contract's twin, for tests of what stands on it."""
# ruff: noqa: ARG002 (a cluster in memory answers at once: it heeds no deadlines)

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    Adoption,
    Capabilities,
    Capacity,
    ComputeBackend,
    Console,
    ConsoleKind,
    Consoles,
    Disk,
    DiskSpec,
    Instance,
    InstanceMissing,
    InstanceSpec,
    Inventory,
    Job,
    JobMissing,
    Jobs,
    JobState,
    Lifecycle,
    Nic,
    NicSpec,
    PowerState,
    RequestRefused,
    Reshape,
)
from synnefo_core.contracts.devices import Cards, Volumes
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.moving import Migration
from synnefo_core.contracts.node_state import NodeState, NodeStates
from synnefo_core.contracts.rescue import DEFAULT_MEDIUM, Boot, Rescue
from synnefo_core.contracts.seed import Seed
from synnefo_core.testing.fakes.cluster import Failure, JobFailed, World
from synnefo_core.testing.fakes.moving import MemoryDisks, MemoryMovable
from synnefo_core.testing.fakes.networks import MemoryNetworks
from synnefo_core.testing.fakes.samples import MemorySamples

_NODES = ("memory-node", "other-memory-node")
_CAPABILITIES = Capabilities(
    disk_templates=("file", "ext", "plain", "diskless"), hypervisors=("memory",), has_hotplug=True
)
_DISK: Boot = {"medium": "disk"}


@dataclass(frozen=True)
class _Lifecycle(Lifecycle):
    world: World
    disks: MemoryDisks
    networks: MemoryNetworks

    def create(self, spec: InstanceSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        if spec.disk_template and spec.disk_template not in _CAPABILITIES.disk_templates:
            raise RequestRefused(f"disk template {spec.disk_template!r} is not enabled")
        return self.world.submit("create", spec.name, lambda: self.make(spec))

    def delete(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        self._require(name)
        return self.world.submit("delete", name, lambda: self._remove(name))

    def start(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self._switch("start", name, PowerState.RUNNING)

    def stop(
        self, name: str, *, grace_s: int | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        return self._switch("stop", name, PowerState.STOPPED)

    def reboot(
        self, name: str, *, is_hard: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        return self._switch("reboot", name, PowerState.RUNNING)

    def _switch(self, operation: str, name: str, power: PowerState) -> str:
        return self.change(operation, name, lambda instance: replace(instance, power=power))

    def change(self, operation: str, name: str, to: Callable[[Instance], Instance]) -> str:
        """Submit a job that makes an instance another one."""
        self._require(name)

        def effect() -> None:
            self.world.instances[name] = to(self._there(name))

        return self.world.submit(operation, name, effect)

    def _require(self, name: str) -> None:
        """Tell at once that an instance is missing, unless a job may be about to make it."""
        with self.world.lock:
            self.world.answer()
            awaited = any(self.world.jobs[job_id].instance == name for job_id in self.world.waiting)
            if name not in self.world.instances and not awaited:
                raise InstanceMissing(f"instance {name!r} not known")

    def _there(self, name: str) -> Instance:
        if name not in self.world.instances:
            raise JobFailed(f"instance {name!r} not known")
        return self.world.instances[name]

    def _remove(self, name: str) -> None:
        for disk in self._there(name).disks:
            self.disks.contents.pop(disk.name, None)
        del self.world.instances[name]

    def make(self, spec: InstanceSpec) -> None:
        """Make an instance, and those of its disks that are not there."""
        world = self.world
        if spec.name in world.instances:
            raise JobFailed(f"instance {spec.name!r} is already there", already_exists=True)
        used_ram_mib, used_disk_mib = world.used_mib()
        disk_mib = sum(disk.size_mib for disk in spec.disks)
        if used_ram_mib + spec.ram_mib > world.ram_mib or used_disk_mib + disk_mib > world.disk_mib:
            raise JobFailed(f"no room for {spec.name!r}", is_transient=True)
        self.networks.require_all(spec.nics)
        world.instances[spec.name] = _made_of(spec)
        for disk in spec.disks:
            self.disks.contents.setdefault(disk.name, b"")


@dataclass(frozen=True)
class _Reshape(Reshape):
    world: World
    lifecycle: _Lifecycle

    def resize(
        self, name: str, *, vcpus: int, ram_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        def change(instance: Instance) -> Instance:
            if instance.power is PowerState.RUNNING:
                raise JobFailed(f"instance {name!r} runs")
            if self.world.used_mib()[0] - instance.ram_mib + ram_mib > self.world.ram_mib:
                raise JobFailed(f"no room for {name!r}", is_transient=True)
            return replace(instance, vcpus=vcpus, ram_mib=ram_mib)

        return self.lifecycle.change("resize", name, change)

    def grow_disk(
        self, name: str, *, disk: int, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        def change(instance: Instance) -> Instance:
            had = instance.disks[disk]
            if had.size_mib > size_mib:
                raise JobFailed(f"disk {disk} of {name!r} is larger already")
            if self.world.used_mib()[1] - had.size_mib + size_mib > self.world.disk_mib:
                raise JobFailed(f"no room for {name!r}", is_transient=True)
            grown = replace(had, size_mib=size_mib)
            disks = (*instance.disks[:disk], grown, *instance.disks[disk + 1 :])
            return replace(instance, disks=disks)

        return self.lifecycle.change("grow_disk", name, change)

    def hand_seed(
        self, name: str, seed: Seed, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str | None:
        return self.lifecycle.change("hand_seed", name, lambda had: had)

    def reinstall(
        self,
        name: str,
        *,
        os: str = "",
        os_parameters: Mapping[str, str] | None = None,
        is_started: bool = True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> str:
        power = PowerState.RUNNING if is_started else PowerState.STOPPED
        return self.lifecycle.change("reinstall", name, lambda had: replace(had, power=power))


@dataclass(frozen=True)
class _Adoption(Adoption):
    world: World
    lifecycle: _Lifecycle

    def tag(self, name: str, tags: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        new = tuple(tags)
        return self.lifecycle.change(
            "tag", name, lambda had: replace(had, tags=tuple(dict.fromkeys((*had.tags, *new))))
        )

    def rename(self, name: str, new_name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def effect() -> None:
            instances = self.world.instances
            if name not in instances:
                raise JobFailed(f"instance {name!r} not known")
            if instances[name].power is PowerState.RUNNING:
                raise JobFailed(f"instance {name!r} runs")
            if new_name in instances:
                raise JobFailed(f"instance {new_name!r} is already there", already_exists=True)
            instances[new_name] = replace(instances.pop(name), name=new_name)

        return self.world.submit("rename", name, effect)


@dataclass(frozen=True)
class _Cards(Cards):
    lifecycle: _Lifecycle

    def plug(self, name: str, nic: NicSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def change(instance: Instance) -> Instance:
            if nic.name in (had.name for had in instance.nics):
                raise JobFailed(f"instance {name!r} has a card {nic.name!r}")
            self.lifecycle.networks.require_all([nic])
            return replace(instance, nics=(*instance.nics, _card_of(nic)))

        return self.lifecycle.change("modify", name, change)

    def unplug(self, name: str, nic: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def change(instance: Instance) -> Instance:
            kept = tuple(had for had in instance.nics if had.name != nic)
            if len(kept) == len(instance.nics):
                raise JobFailed(f"instance {name!r} has no card {nic!r}")
            return replace(instance, nics=kept)

        return self.lifecycle.change("modify", name, change)


@dataclass(frozen=True)
class _Volumes(Volumes):
    lifecycle: _Lifecycle
    template = "ext"

    def disk(self, name: str, *, size_mib: int, ticket: str) -> DiskSpec:
        return DiskSpec(name, size_mib, {"ticket": ticket})

    def attach(self, name: str, disk: DiskSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def change(instance: Instance) -> Instance:
            if disk.name in (had.name for had in instance.disks):
                raise JobFailed(f"instance {name!r} has a disk {disk.name!r}")
            return replace(instance, disks=(*instance.disks, Disk(disk.name, disk.size_mib)))

        return self.lifecycle.change("modify", name, change)

    def detach(self, name: str, disk: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        def change(instance: Instance) -> Instance:
            kept = tuple(had for had in instance.disks if had.name != disk)
            if len(kept) == len(instance.disks):
                raise JobFailed(f"instance {name!r} has no disk {disk!r}")
            return replace(instance, disks=kept)

        return self.lifecycle.change("modify", name, change)

    def tell_size(
        self, name: str, disk: str, *, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        def change(instance: Instance) -> Instance:
            sizes = {had.name: had.size_mib for had in instance.disks}
            if disk not in sizes:
                raise JobFailed(f"instance {name!r} has no disk {disk!r}")
            sizes[disk] = size_mib
            return replace(instance, disks=tuple(Disk(*each) for each in sizes.items()))

        return self.lifecycle.change("grow_disk", name, change)


@dataclass(frozen=True)
class _Rescue(Rescue):
    lifecycle: _Lifecycle
    media: Mapping[str, Boot] = field(default_factory=lambda: {DEFAULT_MEDIUM: {"medium": "cd"}})

    def boot(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Boot:
        if name not in self.lifecycle.world.instances:
            raise InstanceMissing(f"instance {name!r} not known")
        return self.lifecycle.world.instances[name].boot or _DISK

    def set_boot(self, name: str, boot: Boot, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self.lifecycle.change("modify", name, lambda it: replace(it, boot=dict(boot)))


@dataclass(frozen=True)
class _Migration(Migration):
    lifecycle: _Lifecycle

    def migrate(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self._move("migrate", name, node)

    def failover(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        return self._move("failover", name, node)

    def _move(self, operation: str, name: str, node: str) -> str:
        def change(instance: Instance) -> Instance:
            if operation == "migrate" and instance.power is not PowerState.RUNNING:
                raise JobFailed(f"instance {name!r} does not run")
            others = [other for other in _NODES if other != instance.node and node in ("", other)]
            if not others:
                raise JobFailed(f"node {node!r} not known")
            return replace(instance, node=others[0])

        return self.lifecycle.change(operation, name, change)


@dataclass(frozen=True)
class _NodeStates(NodeStates):
    world: World

    def all(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[NodeState]:
        with self.world.lock:
            self.world.answer()
            homes = [instance.node for instance in self.world.instances.values()]
            return [NodeState(name, instances=homes.count(name)) for name in sorted(_NODES)]


@dataclass(frozen=True)
class _Jobs(Jobs):
    world: World

    def job(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Job:
        with self.world.lock:
            self.world.answer()
            if job_id not in self.world.jobs:
                raise JobMissing(f"job {job_id} not known")
            return self.world.jobs[job_id]

    def jobs(
        self, job_ids: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Job]:
        with self.world.lock:
            self.world.answer()
            known = self.world.jobs
            return {job_id: known[job_id] for job_id in job_ids if job_id in known}

    def cancel(self, job_id: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> bool:
        with self.world.lock:
            self.world.answer()
            if self.world.waiting.pop(job_id, None) is None:
                return False
            self.world.end(job_id, JobState.CANCELED)
            return True

    def pending(self, instance: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Job]:
        with self.world.lock:
            self.world.answer()
            waiting = [self.world.jobs[job_id] for job_id in self.world.waiting]
            return [job for job in waiting if job.instance == instance]


@dataclass(frozen=True)
class _Inventory(Inventory):
    world: World

    def instance(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Instance:
        with self.world.lock:
            self.world.answer()
            if name not in self.world.instances:
                raise InstanceMissing(f"instance {name!r} not known")
            return self.world.instances[name]

    def instances(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[Instance]:
        with self.world.lock:
            self.world.answer()
            kept = sorted(self.world.instances.items())
            return [instance for name, instance in kept if name.startswith(prefix)]

    def some(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Instance]:
        with self.world.lock:
            self.world.answer()
            there = self.world.instances
            return {name: there[name] for name in names if name in there}

    def capacity(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capacity:
        with self.world.lock:
            self.world.answer()
            used_ram_mib, used_disk_mib = self.world.used_mib()
            return Capacity(
                nodes=len(_NODES),
                vcpus=self.world.vcpus,
                ram_mib=self.world.ram_mib,
                free_ram_mib=self.world.ram_mib - used_ram_mib,
                disk_mib=self.world.disk_mib,
                free_disk_mib=self.world.disk_mib - used_disk_mib,
                instances=len(self.world.instances),
            )


@dataclass(frozen=True)
class _Consoles(Consoles):
    inventory: _Inventory
    port: int

    def console(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Console | None:
        if self.inventory.instance(name).power is not PowerState.RUNNING:
            raise RequestRefused(f"instance {name!r} does not run")
        return Console(ConsoleKind.VNC, "127.0.0.1", self.port) if self.port else None


class MemoryBackend(ComputeBackend):
    """A cluster of two nodes that forgets everything with the process.

    A job runs at once, within the call that submits it, so that a test need not wait; between
    :meth:`hold` and :meth:`release` jobs stay queued. All instances have one console, at
    ``vnc_port`` of this machine, or none if that is 0. Those with the same ``disks`` hand instances
    to one another.
    """

    def __init__(
        self,
        setup: DriverSetup | None = None,
        *,
        vcpus: int = 64,
        ram_mib: int = 262144,
        disk_mib: int = 4194304,
        vnc_port: int = 0,
        disks: MemoryDisks | None = None,
    ) -> None:
        self.name = "memory" if setup is None else setup.name
        self._world = World(vcpus=vcpus, ram_mib=ram_mib, disk_mib=disk_mib)
        self.disks = disks or MemoryDisks()
        self.networks = MemoryNetworks(self._world)
        self.lifecycle = lifecycle = _Lifecycle(self._world, self.disks, self.networks)
        self.reshape = _Reshape(self._world, lifecycle)
        self.adoption = _Adoption(self._world, lifecycle)
        self.migration = _Migration(lifecycle)
        self.cards = _Cards(lifecycle)
        self.volumes = _Volumes(lifecycle)
        self.rescue = _Rescue(lifecycle)
        self.movable = MemoryMovable(self._world, lifecycle.make, self.disks)
        self.node_states = _NodeStates(self._world)
        self.samples = MemorySamples(self._world)
        self.job_queue = _Jobs(self._world)
        self.inventory = inventory = _Inventory(self._world)
        self.consoles = _Consoles(inventory, vnc_port)

    def capabilities(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capabilities:
        with self._world.lock:
            self._world.answer()
            return _CAPABILITIES

    def hold(self) -> None:
        """Leave the jobs that come from now on queued."""
        self._world.is_held = True

    def release(self) -> None:
        """Run the queued jobs, oldest first, and every later one at once."""
        with self._world.lock:
            self._world.is_held = False
            for job_id in list(self._world.waiting):
                self._world.run(job_id)

    def fail_next(self, error: str, *, is_transient: bool = False) -> None:
        """Let one more job fail; the next to run that no earlier call has claimed."""
        self._world.failures.append(Failure(error, is_transient))

    def set_unreachable(self, *, is_unreachable: bool) -> None:
        """Answer nothing any more, or again."""
        self._world.is_unreachable = is_unreachable

    def set_drained(self, *, is_drained: bool) -> None:
        """Take no jobs any more, or again."""
        self._world.is_drained = is_drained

    def put(self, instance: Instance) -> None:
        """Make or change an instance behind the cloud's back."""
        with self._world.lock:
            self._world.instances[instance.name] = instance

    def drop(self, name: str) -> None:
        """Remove an instance behind the cloud's back."""
        with self._world.lock:
            del self._world.instances[name]

    def forget_jobs(self) -> None:
        """Forget every job that has ended."""
        with self._world.lock:
            jobs = self._world.jobs
            self._world.jobs = {key: job for key, job in jobs.items() if not job.state.is_final}


def _made_of(spec: InstanceSpec) -> Instance:
    return Instance(
        name=spec.name,
        power=PowerState.RUNNING if spec.is_started else PowerState.STOPPED,
        vcpus=spec.vcpus,
        ram_mib=spec.ram_mib,
        node=_NODES[0],
        disks=tuple(Disk(name=disk.name, size_mib=disk.size_mib) for disk in spec.disks),
        nics=tuple(_card_of(nic) for nic in spec.nics),
        tags=spec.tags,
        created_at=time.time(),
        boot=_DISK,
    )


def _card_of(nic: NicSpec) -> Nic:
    return Nic(name=nic.name, mac=nic.mac, ip=nic.ip, link=nic.link, network=nic.network)
