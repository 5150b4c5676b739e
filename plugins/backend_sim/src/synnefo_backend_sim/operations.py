# SPDX-License-Identifier: Apache-2.0
"""What a job does to the cluster when it begins and when it ends.

=========  ===================================  ================================
job        at its beginning                     at its end
=========  ===================================  ================================
create     the instance is listed, stopped      it runs, if asked to
delete     must exist                           it is gone
start      must exist                           it runs
stop       must exist                           it is stopped
reboot     must exist                           it runs, though it was stopped
resize     must exist                           it has the hardware, if it is
                                                stopped and its node has room
grow_disk  must exist                           the disk is larger, if there is
                                                room for that
hand_seed  must exist                           the next reinstall tells it
                                                to the guest
reinstall  must exist, and is stopped           it runs, if asked to, and its
                                                guest is told what was handed
plug       must exist                           it has the card, if it had none of
                                                that name
unplug     must exist                           it has the card no more, if it had
                                                one of that name
attach     must exist                           it has the volume, if it had no
                                                disk of that name
detach     must exist                           it has the volume no more, if it
                                                had one of that name
tell_size  must exist                           the volume is said to be so large
boot_from  must exist                           its next start is from there, if
                                                it is stopped
tag        must exist                           it has the tags
rename     must exist                           it has the name, if it is stopped
                                                and the name is free
migrate    must exist                           it is on another node, if it
                                                runs and a node has room
failover   must exist                           it is on another node, if one has
                                                room
take_in    the instance is listed, stopped, of  (nothing more)
           disks that must be there
give_up    must exist                           it is gone and its disks are
                                                not, if it is stopped
=========  ===================================  ================================

Jobs about networks have these in the place of instances. ``network_bring`` ends with the network made
and connected, ``network_withdraw`` with its being gone, if no card is on it, ``network_reserve`` with
addresses that are reserved or are so no more.

The node must be online but for a create. A job whose requirements fail ends at once, as an error.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synnefo_backend_sim import disks, instances, media, networks, seeds
from synnefo_core.contracts.compute import PowerState
from synnefo_core.contracts.networks import ClusterNetwork


class JobFailed(Exception):
    """A job ends as an error; ``reason`` is Ganeti's word for its kind."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def is_transient(self) -> bool:
        """Whether the same job may succeed later."""
        return self.reason in ("insufficient_resources", "temporary")


NETWORK = "network_"
"""How the operations begin that are about networks."""


@dataclass(frozen=True)
class Operation:
    """The three things that a kind of job may do; each takes the database and the job's row.

    Attributes:
        begin: Check and reserve; also gets the time.
        complete: Take effect.
        undo: Give back what ``begin`` reserved.
    """

    begin: Callable[[sqlite3.Connection, sqlite3.Row, float], None]
    complete: Callable[[sqlite3.Connection, sqlite3.Row], None]
    undo: Callable[[sqlite3.Connection, sqlite3.Row], None]


def _reserve(db: sqlite3.Connection, job: sqlite3.Row, at: float) -> None:
    name, request = job["instance"], json.loads(job["request"])
    if db.execute("SELECT 1 FROM instance WHERE name = ?", (name,)).fetchone():
        raise JobFailed(f"instance {name!r} is already in the cluster", "already_exists")
    _require_networks(db, request["nics"])
    node = instances.tightest_node(
        db,
        ram_mib=request["ram_mib"],
        disk_mib=instances.disk_mib_of(request),
        tags=request["tags"],
    )
    if node is None:
        raise JobFailed(f"no node has room for {name!r}", "insufficient_resources")
    instances.insert(db, name, request, node=node, at=at)
    disks.make(db, _names(request["disks"]))
    disks.keep_seed(db, name)
    _strip(db, job, request)


def _move_in(db: sqlite3.Connection, job: sqlite3.Row, at: float) -> None:
    request = json.loads(job["request"])
    if absent := disks.missing(db, _names(request["disks"])):
        raise JobFailed(f"there is no disk {', '.join(absent)}", "unknown_entity")
    _reserve(db, job, at)
    disks.find_seed(db, job["instance"])


def _require_networks(db: sqlite3.Connection, nics: list[Any]) -> None:
    if absent := networks.missing(db, nics):
        raise JobFailed(f"there is no network {', '.join(absent)}", "unknown_entity")


def _names(some: list[Any]) -> list[str]:
    return [disk["name"] for disk in some]


def _boot(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if json.loads(job["request"])["is_started"]:
        _run(db, job)


def _release(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    disks.remove(db, job["instance"], _names(json.loads(job["request"])["disks"]))
    instances.remove(db, job["instance"])


def _move_out(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    instances.remove(db, job["instance"])


def _part(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if _found(db, job)["power"] == PowerState.RUNNING.value:
        raise JobFailed(f"instance {job['instance']!r} runs", "wrong_state")
    instances.remove(db, job["instance"])


def _require(db: sqlite3.Connection, job: sqlite3.Row, _at: float) -> None:
    row = db.execute(
        "SELECT is_online FROM instance JOIN node ON node.id = instance.node"
        " WHERE instance.name = ?",
        (job["instance"],),
    ).fetchone()
    if row is None:
        raise _unknown(job)
    if not row["is_online"]:
        raise JobFailed(f"the node of {job['instance']!r} is offline", "temporary")


def _run(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if not instances.set_power(db, job["instance"], PowerState.RUNNING):
        raise _unknown(job)


def _halt(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if not instances.set_power(db, job["instance"], PowerState.STOPPED):
        raise _unknown(job)


def _vanish(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    disks.remove(db, job["instance"], _names(json.loads(_found(db, job)["disks"])))
    instances.remove(db, job["instance"])


def _resize(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    request, instance = json.loads(job["request"]), _found(db, job)
    if instance["power"] == PowerState.RUNNING.value:
        raise JobFailed(f"instance {job['instance']!r} runs", "wrong_state")
    _require_room(job, instance["free_ram_mib"], request["ram_mib"] - instance["ram_mib"])
    db.execute(
        "UPDATE instance SET vcpus = ?, ram_mib = ? WHERE name = ?",
        (request["vcpus"], request["ram_mib"], job["instance"]),
    )


def _grow(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    request, instance = json.loads(job["request"]), _found(db, job)
    disks = json.loads(instance["disks"])
    if not 0 <= request["disk"] < len(disks):
        raise JobFailed(f"instance {job['instance']!r} has no such disk", "wrong_input")
    disk = disks[request["disk"]]
    more_mib = request["size_mib"] - disk["size_mib"]
    if more_mib < 0:
        raise JobFailed("a disk does not shrink", "wrong_input")
    _require_room(job, instance["free_disk_mib"], more_mib)
    disk["size_mib"] = request["size_mib"]
    db.execute(
        "UPDATE instance SET disks = ?, disk_mib = disk_mib + ? WHERE name = ?",
        (json.dumps(disks), more_mib, job["instance"]),
    )


def _plug(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    nics, nic = json.loads(_found(db, job)["nics"]), json.loads(job["request"])["nic"]
    if nic["name"] in [had["name"] for had in nics]:
        raise JobFailed(f"instance {job['instance']!r} has this card already", "wrong_input")
    _require_networks(db, [nic])
    _set_nics(db, job, [*nics, nic])


def _unplug(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    nics, name = json.loads(_found(db, job)["nics"]), json.loads(job["request"])["nic"]
    kept = [nic for nic in nics if nic["name"] != name]
    if len(kept) == len(nics):
        raise JobFailed(f"instance {job['instance']!r} has no such card", "unknown_entity")
    _set_nics(db, job, kept)


def _set_nics(db: sqlite3.Connection, job: sqlite3.Row, nics: list[Any]) -> None:
    db.execute("UPDATE instance SET nics = ? WHERE name = ?", (json.dumps(nics), job["instance"]))


def _attach(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    had, disk = json.loads(_found(db, job)["disks"]), json.loads(job["request"])["disk"]
    if disk["name"] in _names(had):
        raise JobFailed(f"instance {job['instance']!r} has this disk already", "wrong_input")
    _set_disks(db, job, [*had, disk])


def _detach(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    had, name = json.loads(_found(db, job)["disks"]), json.loads(job["request"])["disk"]
    kept = [disk for disk in had if disk["name"] != name]
    if len(kept) == len(had):
        raise JobFailed(f"instance {job['instance']!r} has no such disk", "unknown_entity")
    _set_disks(db, job, kept)


def _tell_size(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    had, told = json.loads(_found(db, job)["disks"]), json.loads(job["request"])
    if told["disk"] not in _names(had):
        raise JobFailed(f"instance {job['instance']!r} has no such disk", "unknown_entity")
    sizes = {disk["name"]: disk["size_mib"] for disk in had} | {told["disk"]: told["size_mib"]}
    _set_disks(db, job, [{"name": name, "size_mib": size} for name, size in sizes.items()])


def _set_disks(db: sqlite3.Connection, job: sqlite3.Row, some: list[Any]) -> None:
    """Volumes take no room on nodes."""
    db.execute("UPDATE instance SET disks = ? WHERE name = ?", (json.dumps(some), job["instance"]))


def _boot_from(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if _found(db, job)["power"] == PowerState.RUNNING.value:
        raise JobFailed(f"instance {job['instance']!r} runs", "wrong_state")
    media.put(db, job["instance"], json.loads(job["request"])["boot"])


def _tag(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    tags = json.loads(_found(db, job)["tags"]) + json.loads(job["request"])["tags"]
    db.execute(
        "UPDATE instance SET tags = ? WHERE name = ?",
        (json.dumps(list(dict.fromkeys(tags))), job["instance"]),
    )


def _rename(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    new_name = json.loads(job["request"])["new_name"]
    if _found(db, job)["power"] == PowerState.RUNNING.value:
        raise JobFailed(f"instance {job['instance']!r} runs", "wrong_state")
    if db.execute("SELECT 1 FROM instance WHERE name = ?", (new_name,)).fetchone():
        raise JobFailed(f"instance {new_name!r} is already in the cluster", "already_exists")
    db.execute("UPDATE instance SET name = ? WHERE name = ?", (new_name, job["instance"]))
    seeds.rename(db, job["instance"], new_name)
    media.rename(db, job["instance"], new_name)
    disks.remove(db, job["instance"], ())
    disks.keep_seed(db, new_name)


def _require_room(job: sqlite3.Row, free_mib: int, more_mib: int) -> None:
    if more_mib > free_mib:
        raise JobFailed(f"the node of {job['instance']!r} has no room", "insufficient_resources")


def _migrate(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    instance = _found(db, job)
    is_live = job["operation"] == "migrate"
    if is_live and instance["power"] != PowerState.RUNNING.value:
        raise JobFailed(f"instance {job['instance']!r} does not run", "wrong_state")
    node = instances.other_node(db, instance, named=json.loads(job["request"])["node"])
    if node is None:
        raise JobFailed(f"no other node has room for {job['instance']!r}", "insufficient_resources")
    db.execute("UPDATE instance SET node = ? WHERE name = ?", (node, job["instance"]))


def _found(db: sqlite3.Connection, job: sqlite3.Row) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(
        "SELECT instance.*, node.ram_mib - used_ram_mib AS free_ram_mib,"
        " node.disk_mib - used_disk_mib AS free_disk_mib"
        " FROM instance JOIN node ON node.id = instance.node WHERE instance.name = ?",
        (job["instance"],),
    ).fetchone()
    if row is None:
        raise _unknown(job)
    return row


def _strip(db: sqlite3.Connection, job: sqlite3.Row, request: dict[str, Any]) -> None:
    """Take the seed out of a job's record, which outlives the job."""
    stripped = json.dumps({key: value for key, value in request.items() if key != "seed"})
    db.execute("UPDATE job SET request = ? WHERE id = ?", (stripped, job["id"]))


def _keep_seed(db: sqlite3.Connection, job: sqlite3.Row, at: float) -> None:
    _require(db, job, at)
    request = json.loads(job["request"])
    seeds.hand(db, job["instance"], request["seed"])
    _strip(db, job, request)


def _begin_anew(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    seeds.begin_anew(db, job["instance"])
    disks.keep_seed(db, job["instance"])
    _boot(db, job)


def _blank(db: sqlite3.Connection, job: sqlite3.Row, at: float) -> None:
    _require(db, job, at)
    _halt(db, job)


def _leave(_db: sqlite3.Connection, _job: sqlite3.Row) -> None:
    """Change nothing: nothing was reserved."""


def _come(_db: sqlite3.Connection, _job: sqlite3.Row, _at: float) -> None:
    """Require nothing: what is there already is no hindrance."""


def _bring(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    networks.put(db, json.loads(job["request"])["spec"])


def _withdraw(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    if _network(db, job).instances:
        raise JobFailed(f"cards are on network {job['instance']!r}", "wrong_state")
    networks.drop(db, job["instance"])


def _reserve_addresses(db: sqlite3.Connection, job: sqlite3.Row) -> None:
    request, name = json.loads(job["request"]), _network(db, job).name
    networks.reserve(db, name, add=request["add"], remove=request["remove"])


def _network(db: sqlite3.Connection, job: sqlite3.Row) -> ClusterNetwork:
    found = networks.named(db, job["instance"])
    if found is None:
        raise JobFailed(f"network {job['instance']!r} not known", "unknown_entity")
    return found


def _unknown(job: sqlite3.Row) -> JobFailed:
    return JobFailed(f"instance {job['instance']!r} not known", "unknown_entity")


OPERATIONS = {
    "create": Operation(_reserve, _boot, _release),
    "delete": Operation(_require, _vanish, _leave),
    "start": Operation(_require, _run, _leave),
    "stop": Operation(_require, _halt, _leave),
    "reboot": Operation(_require, _run, _leave),
    "resize": Operation(_require, _resize, _leave),
    "grow_disk": Operation(_require, _grow, _leave),
    "hand_seed": Operation(_keep_seed, _leave, _leave),
    "reinstall": Operation(_blank, _begin_anew, _leave),
    "plug": Operation(_require, _plug, _leave),
    "unplug": Operation(_require, _unplug, _leave),
    "attach": Operation(_require, _attach, _leave),
    "detach": Operation(_require, _detach, _leave),
    "tell_size": Operation(_require, _tell_size, _leave),
    "boot_from": Operation(_require, _boot_from, _leave),
    "tag": Operation(_require, _tag, _leave),
    "rename": Operation(_require, _rename, _leave),
    "migrate": Operation(_require, _migrate, _leave),
    "failover": Operation(_require, _migrate, _leave),
    "take_in": Operation(_move_in, _leave, _move_out),
    "give_up": Operation(_require, _part, _leave),
    "network_bring": Operation(_come, _bring, _leave),
    "network_withdraw": Operation(_come, _withdraw, _leave),
    "network_reserve": Operation(_come, _reserve_addresses, _leave),
}
