# SPDX-License-Identifier: Apache-2.0
"""What an administrator does on the cluster itself, behind the cloud's back.

Each function takes effect at once, whatever jobs are under way. Those about an instance raise
:class:`~synnefo_core.contracts.compute.InstanceMissing` when there is none of that name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from synnefo_backend_sim import disks, instances, seeds
from synnefo_backend_sim.clusterfile import ClusterFile, Turn
from synnefo_core.contracts.compute import (
    Instance,
    InstanceMissing,
    InstanceSpec,
    PowerState,
)
from synnefo_core.contracts.seed import Seed


def add(cluster: ClusterFile, spec: InstanceSpec) -> None:
    """Make an instance that the cloud knows nothing of.

    Raises:
        ValueError: The name is taken, or no node has room.
    """
    request = instances.request_of(spec)

    def added(turn: Turn) -> None:
        node = instances.tightest_node(
            turn.db, ram_mib=spec.ram_mib, disk_mib=instances.disk_mib_of(request)
        )
        if node is None or instances.select(turn.db, first=spec.name, last=spec.name):
            raise ValueError(f"there is no room for {spec.name!r}, or it is there already")
        instances.insert(turn.db, spec.name, request, node=node, at=turn.now)
        if spec.is_started:
            instances.set_power(turn.db, spec.name, PowerState.RUNNING)

    cluster.change(added)


def start(cluster: ClusterFile, name: str) -> None:
    """Switch an instance on."""
    _switch(cluster, name, PowerState.RUNNING)


def stop(cluster: ClusterFile, name: str) -> None:
    """Switch an instance off."""
    _switch(cluster, name, PowerState.STOPPED)


def crash(cluster: ClusterFile, name: str) -> None:
    """Let an instance die though it should run."""
    _switch(cluster, name, PowerState.CRASHED)


def remove(cluster: ClusterFile, name: str) -> None:
    """Remove an instance with its disks."""

    def removed(turn: Turn) -> None:
        for each in instances.named(turn.db, [name]):
            disks.remove(turn.db, name, [disk.name for disk in each.disks])
        if not instances.remove(turn.db, name):
            raise InstanceMissing(f"instance {name!r} not known")

    cluster.change(removed)


def modify(cluster: ClusterFile, name: str, change: Callable[[Instance], Instance]) -> None:
    """Give an instance the processors, memory, disks, NICs and tags that ``change`` answers.

    ``change`` gets the instance as it is; what it says of name, power and node is ignored.
    """

    def modified(turn: Turn) -> None:
        found = instances.select(turn.db, first=name, last=name)
        if not found:
            raise InstanceMissing(f"instance {name!r} not known")
        _rewrite(turn, name, change(found[0]))

    cluster.change(modified)


def seed(cluster: ClusterFile, name: str) -> Seed | None:
    """Return what the guest of an instance reads at its first boot, None for nothing."""
    return cluster.look(lambda turn: seeds.told(turn.db, name))


def write(cluster: ClusterFile, disk: str, content: bytes) -> None:
    """Put something on a disk, as a guest would."""
    cluster.change(lambda turn: disks.write(turn.db, disk, content))


def read(cluster: ClusterFile, disk: str) -> bytes:
    """Return what is on a disk that a cluster reaches.

    Raises:
        FileNotFoundError: There is no such disk (any more).
    """
    return cluster.look(lambda turn: disks.read(turn.db, disk))


def move(cluster: ClusterFile, name: str, node: str) -> None:
    """Migrate an instance to another node.

    Raises:
        ValueError: There is no such node.
    """

    def moved(turn: Turn) -> None:
        target = turn.db.execute("SELECT id FROM node WHERE name = ?", (node,)).fetchone()
        if target is None:
            raise ValueError(f"there is no node {node!r}")
        changed = turn.db.execute(
            "UPDATE instance SET node = ? WHERE name = ?", (target["id"], name)
        )
        if changed.rowcount == 0:
            raise InstanceMissing(f"instance {name!r} not known")

    cluster.change(moved)


def set_node_online(cluster: ClusterFile, node: str, *, is_online: bool) -> None:
    """Take a node out of service, or back.

    Raises:
        ValueError: There is no such node.
    """

    def switched(turn: Turn) -> None:
        changed = turn.db.execute("UPDATE node SET is_online = ? WHERE name = ?", (is_online, node))
        if changed.rowcount == 0:
            raise ValueError(f"there is no node {node!r}")

    cluster.change(switched)


def set_drained(cluster: ClusterFile, *, is_drained: bool) -> None:
    """Close the job queue to new jobs, or open it; the jobs in it go on."""

    def switched(turn: Turn) -> None:
        turn.db.execute("UPDATE cluster SET is_drained = ?", (is_drained,))

    cluster.change(switched)


def set_unreachable(cluster: ClusterFile, *, is_unreachable: bool) -> None:
    """Cut the cluster's remote API off, or bring it back; its jobs go on."""

    def switched(turn: Turn) -> None:
        turn.db.execute("UPDATE cluster SET is_unreachable = ?", (is_unreachable,))

    cluster.change(switched)


def forget_jobs(cluster: ClusterFile) -> None:
    """Archive every job that has ended."""

    def forgotten(turn: Turn) -> None:
        turn.db.execute("DELETE FROM job WHERE ended_at IS NOT NULL")

    cluster.change(forgotten)


def _switch(cluster: ClusterFile, name: str, power: PowerState) -> None:
    def switched(turn: Turn) -> None:
        if not instances.set_power(turn.db, name, power):
            raise InstanceMissing(f"instance {name!r} not known")

    cluster.change(switched)


def _rewrite(turn: Turn, name: str, instance: Instance) -> None:
    turn.db.execute(
        "UPDATE instance SET vcpus = ?, ram_mib = ?, disk_mib = ?, disks = ?, nics = ?, tags = ?"
        " WHERE name = ?",
        (
            instance.vcpus,
            instance.ram_mib,
            sum(disk.size_mib for disk in instance.disks),
            json.dumps([asdict(disk) for disk in instance.disks]),
            json.dumps([asdict(nic) for nic in instance.nics]),
            json.dumps(instance.tags),
            name,
        ),
    )
