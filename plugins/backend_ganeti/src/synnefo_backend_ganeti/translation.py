# SPDX-License-Identifier: Apache-2.0
"""Values of the contract out of Ganeti's, and Ganeti's out of the contract's."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from synnefo_backend_ganeti import rapi, seeds
from synnefo_backend_ganeti.options import Defaults
from synnefo_backend_ganeti.placement import Placement
from synnefo_backend_ganeti.rapi.records import Json
from synnefo_core.contracts import compute
from synnefo_core.contracts.node_state import NodeState
from synnefo_core.contracts.rescue import Boot

_OPERATIONS = {
    "OP_INSTANCE_CREATE": "create",
    "OP_INSTANCE_REMOVE": "delete",
    "OP_INSTANCE_STARTUP": "start",
    "OP_INSTANCE_SHUTDOWN": "stop",
    "OP_INSTANCE_REBOOT": "reboot",
    "OP_INSTANCE_REINSTALL": "reinstall",
    "OP_INSTANCE_GROW_DISK": "grow_disk",
    "OP_INSTANCE_SET_PARAMS": "modify",
    "OP_INSTANCE_RENAME": "rename",
    "OP_TAGS_SET": "tag",
    "OP_INSTANCE_MIGRATE": "migrate",
    "OP_INSTANCE_FAILOVER": "failover",
}

_JOB_STATES = {
    rapi.JobStatus.QUEUED: compute.JobState.QUEUED,
    # Waiting for locks: the job has a process, and may begin at any moment.
    rapi.JobStatus.WAITING: compute.JobState.RUNNING,
    rapi.JobStatus.CANCELING: compute.JobState.RUNNING,
    rapi.JobStatus.RUNNING: compute.JobState.RUNNING,
    rapi.JobStatus.CANCELED: compute.JobState.CANCELED,
    rapi.JobStatus.SUCCESS: compute.JobState.SUCCESS,
    rapi.JobStatus.ERROR: compute.JobState.ERROR,
}

_AS_THE_CLUSTER = "default"
"""Ganeti's word for a parameter that an instance has not for itself."""
_BOOT_WORDS = ("boot_order", "cdrom_image_path", "kernel_path")

_ROLES = {"M": "master", "C": "candidate", "R": "regular", "D": "drained", "O": "offline"}

_TRANSIENT_CODES = {
    "environment_error",
    "insufficient_resources",
    "resolver_error",
    "temp_insufficient_resources",
}

# What the HTTP library says, by its number, when the master cannot reach a node.
_NODE_UNREACHABLE = re.compile(r"\bError \d+: ")

_POWER_STATES = {
    "running": compute.PowerState.RUNNING,
    # It runs on a node other than its own, or although it should not.
    "ERROR_wrongnode": compute.PowerState.RUNNING,
    "ERROR_up": compute.PowerState.RUNNING,
    "ADMIN_down": compute.PowerState.STOPPED,
    "ADMIN_offline": compute.PowerState.STOPPED,
    "USER_down": compute.PowerState.STOPPED,
    "ERROR_down": compute.PowerState.CRASHED,
}


def new_instance(
    spec: compute.InstanceSpec, *, defaults: Defaults, placement: Placement
) -> rapi.NewInstance:
    """Say to Ganeti what the contract says of an instance to be made."""
    template = spec.disk_template or (defaults.disk_template if spec.disks else "diskless")
    disks, secrets = [new_disk(disk) for disk in spec.disks], dict(spec.secret_parameters)
    if spec.seed and spec.disks:
        seeds.require_disk(spec.seed, has_disk=defaults.has_seed_disk)
    if spec.seed and spec.disks and defaults.has_seed_disk:
        disks.append(_seed_disk(spec))
        secrets |= seeds.parameters(spec.seed)
    told = dict(spec.os_parameters)
    if spec.disks and seeds.is_volume(spec.disks[0].parameters) and defaults.has_seed_disk:
        told = seeds.AS_IT_IS | told
    return rapi.NewInstance(
        name=spec.name,
        os_type=spec.os or defaults.os_type,
        vcpus=spec.vcpus,
        ram_mib=spec.ram_mib,
        disk_template=template or None,
        disks=tuple(disks),
        nics=tuple(new_nic(nic) for nic in spec.nics),
        node=placement.node,
        iallocator=placement.iallocator,
        hypervisor=spec.hypervisor or defaults.hypervisor or None,
        hvparams=spec.hypervisor_parameters,
        osparams=told,
        osparams_secret=secrets,
        tags=spec.tags,
        is_started=spec.is_started,
    )


def new_disk(disk: compute.DiskSpec) -> dict[str, Json]:
    """Say to Ganeti what the contract says of a disk to be made."""
    return {**disk.parameters, "name": disk.name, "size": disk.size_mib}


def _seed_disk(spec: compute.InstanceSpec) -> dict[str, Json]:
    """Say what disk the seed goes on: kept where the first one is."""
    name = seeds.disk_name(spec.name)
    return {**seeds.beside(spec.disks[0].parameters), "name": name, "size": seeds.DISK_MIB}


def new_nic(nic: compute.NicSpec) -> dict[str, Json]:
    """Say to Ganeti what the contract says of a network card to be made."""
    # Ganeti refuses a network together with a mode or link of its own.
    where = {"network": nic.network} if nic.network else {"mode": nic.mode, "link": nic.link}
    wanted = {"name": nic.name, "mac": nic.mac, "ip": nic.ip, **where}
    return {key: value for key, value in wanted.items() if value}


def instance(found: rapi.Instance) -> compute.Instance:
    """Tell of an instance in the words of the contract."""
    return compute.Instance(
        name=found.name,
        power=_POWER_STATES.get(found.status or "", compute.PowerState.UNKNOWN),
        vcpus=found.vcpus,
        ram_mib=found.ram_mib,
        node=found.node,
        disks=tuple(
            compute.Disk(disk.name or "", disk.size_mib)
            for disk in found.disks
            if not seeds.is_ours(disk.name or "")
        ),
        nics=tuple(
            compute.Nic(nic.name or "", nic.mac, nic.ip, nic.link or "", nic.network or "")
            for nic in found.nics
        ),
        tags=found.tags,
        created_at=found.created_at,
        boot=boot(found),
    )


def boot(found: rapi.Instance) -> Boot:
    """Tell from what an instance starts: what it has for itself of what decides that."""
    own = found.own_parameters
    return {
        word: (own.maybe_text(word) or "") if word in own.values else _AS_THE_CLUSTER
        for word in _BOOT_WORDS
    }


def runs(status: str | None) -> bool:
    """Return whether an instance of this status runs."""
    return _POWER_STATES.get(status or "") is compute.PowerState.RUNNING


def console(recommended: rapi.Console, display: rapi.Display) -> compute.Console | None:
    """Tell where a console is that other machines can reach.

    While an instance has a serial console, Ganeti recommends that (by ssh to the node), but its
    VNC display is there all the same. A display bound to all addresses is at the node's; one bound
    to the loopback can't be reached: there the proxy's own machine would answer.
    """
    kind, host, port = compute.ConsoleKind.VNC, display.bound_to, display.port
    if recommended.kind in {"vnc", "spice"}:
        kind, host, port = compute.ConsoleKind(recommended.kind), recommended.host, recommended.port
    if not host or not port:
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return compute.Console(kind, host, port)
    if address.is_loopback:
        return None
    return compute.Console(kind, display.node if address.is_unspecified else host, port)


def job(found: rapi.Job) -> compute.Job:
    """Tell of a job in the words of the contract.

    A job of several operations is called by all of them, but for a reinstallation, which begins
    with a shutdown and mostly ends with a start. One that added something which the guest that runs did
    not get has failed: nobody would start the guest anew for it, and then it might not start.
    """
    words = [_operation(step.opcode) for step in found.operations]
    operation = "reinstall" if "reinstall" in words else "+".join(words)
    left_out = _left_out(found)
    error = found.error or left_out
    return compute.Job(
        id=str(found.id),
        state=compute.JobState.ERROR if left_out else _JOB_STATES[found.status],
        operation=operation,
        instance=next((step.instance for step in found.operations if step.instance), ""),
        network=next((step.network for step in found.operations if step.network), ""),
        error=error.text if error else "",
        ended_at=found.ended_at,
        is_transient=error is not None and _is_transient(error),
        already_exists=error is not None and words == ["create"] and error.code == "already_exists",
    )


def _left_out(found: rapi.Job) -> rapi.OperationError | None:
    what = next((step.left_out for step in found.operations if step.left_out), "")
    if found.status is not rapi.JobStatus.SUCCESS or not what:
        return None
    text = f"{what} could not be plugged into the guest: the log of the node's daemon says why"
    return rapi.OperationError("HypervisorError", text)


def _operation(opcode: str) -> str:
    return _OPERATIONS.get(opcode, opcode.removeprefix("OP_").lower())


def _is_transient(error: rapi.OperationError) -> bool:
    return error.code in _TRANSIENT_CODES or bool(_NODE_UNREACHABLE.search(error.text))


def capacity(nodes: Iterable[rapi.Node]) -> compute.Capacity:
    """Add up the nodes that take new instances and tell their figures."""
    counted = [node for node in nodes if node.is_usable and node.ram_mib is not None]
    return compute.Capacity(
        nodes=len(counted),
        vcpus=sum(node.cpus or 0 for node in counted),
        ram_mib=sum(node.ram_mib or 0 for node in counted),
        free_ram_mib=sum(node.free_ram_mib or 0 for node in counted),
        disk_mib=sum(node.disk_mib or 0 for node in counted),
        free_disk_mib=sum(node.free_disk_mib or 0 for node in counted),
        instances=sum(node.instances or 0 for node in counted),
    )


def node(found: rapi.Node) -> NodeState:
    """Tell of a node in the words of the contract."""
    return NodeState(
        name=found.name,
        role=_ROLES.get(found.role or "", found.role or ""),
        is_offline=found.is_offline,
        is_drained=found.is_drained,
        vcpus=found.cpus,
        ram_mib=found.ram_mib,
        free_ram_mib=found.free_ram_mib,
        disk_mib=found.disk_mib,
        free_disk_mib=found.free_disk_mib,
        instances=found.instances,
    )


def capabilities(info: rapi.ClusterInfo, *, defaults: Defaults) -> compute.Capabilities:
    """Tell what a cluster can do."""
    first = defaults.hypervisor or info.default_hypervisor
    others = (name for name in info.enabled_hypervisors if name != first)
    return compute.Capabilities(
        disk_templates=info.enabled_disk_templates,
        hypervisors=(first, *others),
        # Of Ganeti's hypervisors only this one plugs devices into what runs.
        has_hotplug=first == "kvm",
    )
