# SPDX-License-Identifier: Apache-2.0
"""Move a server to another cluster that reaches its disks.

=======  =============================================  ==========================================
step     does                                           its undo
=======  =============================================  ==========================================
look     notes what goes along                          notes what is left
networks the new cluster has the networks of the cards  (they stay until they are unused)
halt     stops the instance in the old cluster          starts it again
take_in  the new cluster has it too, stopped            the new cluster gives it up
cross    the row names the new cluster                  the row names the old one
give_up  the old cluster has it no more                 the old cluster takes it in again
resume   starts it in the new cluster, if it ran        stops it there
=======  =============================================  ==========================================

At each moment one cluster or both have the instance, and at most one runs it. Nothing is ever
removed with its disks. Disks that are volumes of the cloud go by tickets of a new generation: once the
server has started in the new cluster, nobody in the old one writes to them. Where the way back is cut off (the old cluster does not take the instance in
again) the server stays in the new one, as it is there.

``data`` has ``source`` and ``target``, ids of clusters, and ``is_running``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_network
from synnefo_compute import actions, cards, groups, observed
from synnefo_compute.kinds import MOVE
from synnefo_compute.sagas import handing, instances, networks, tickets, towards
from synnefo_compute.sagas.recorded import recorded
from synnefo_core import sagas, underway
from synnefo_core.contracts.compute import InstanceSpec
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.contracts.moving import Baggage
from synnefo_core.sagas import Run, Saga, Step, Wait

GONE: Mapping[str, Any] = {"is_up": False, "node": ""}
"""What is left where there is no instance."""


def _source(run: Run) -> Run:
    return instances.at(run, run.data["source"])


def _target(run: Run) -> Run:
    return instances.at(run, run.data["target"])


def look(run: Run) -> dict[str, Any]:
    """Note what goes along of what only the old cluster knows."""
    instance = towards.require(_source(run))
    baggage = handing.baggage(_source(run))
    tickets.require(run, baggage)
    kept = [tag for tag in instance.tags if not tag.startswith(groups.EXCLUSION)]
    size = [instance.vcpus, instance.ram_mib]
    return {
        "baggage": baggage.pack(),
        "tags": [*kept, *run.data["group_tags"]],
        "old_tags": list(instance.tags),
        "size": size,
    }


def undo_look(run: Run) -> Wait | None:
    """Remember what it has come to; of a cluster that does not answer, that nothing changed."""
    if "left" in run.data or towards.is_given_up(run):
        return None
    as_it_was = {"is_up": run.data["is_running"], "node": instances.server(run).node}
    try:
        instance = instances.find(_target(run) if run.data.get("stays") else _source(run))
    except Unavailable:
        return Wait(0.0, {"left": as_it_was})
    return Wait(0.0, {"left": towards.seen(run, instance) if instance else {**as_it_was, **GONE}})


def reach(run: Run) -> Mapping[str, Any] | Wait:
    """Have the networks be in the new cluster, before the server is down."""
    return networks.reach(_target(run))


def halt(run: Run) -> Mapping[str, Any] | Wait:
    """Stop the instance."""
    return towards.forward(_source(run), towards.is_halted, towards.stop)


def undo_halt(run: Run) -> Wait | None:
    """Start it again if it ran."""
    if run.data.get("stays") or not run.data["is_running"]:
        return None
    return towards.back(_source(run), "halt", towards.is_running, towards.start)


def take_in(run: Run) -> Mapping[str, Any] | Wait:
    """Have the new cluster take it in, whose nodes know of its ports before.

    The tickets are written down before they are used: whoever goes on uses the same.
    """
    if "tickets" not in run.data:
        host = run.data["target"]
        return Wait(0.0, {"tickets": tickets.of_baggage(run, _baggage(run), host=host)})
    synnefo_network.tell_nodes_of_device(run.context, run.subject_id)
    spec = _spec(run, run.data["target"], run.data["tags"])
    return handing.taken_in(_target(run), spec, _baggage(run), run.data["tickets"])


def undo_take_in(run: Run) -> Wait | None:
    """Have the new cluster give it up."""
    if run.data.get("stays"):
        return None
    return handing.given_back(_target(run)) or _issue_back(run)


def cross(run: Run) -> None:
    """Let the row name the new cluster."""
    _settle(run, run.data["target"], while_=sagas.RUNNING)


def undo_cross(run: Run) -> None:
    """Let it name the old one."""
    if not run.data.get("stays"):
        _settle(run, run.data["source"], while_=sagas.UNWINDING)


def _settle(run: Run, backend_id: str, *, while_: str) -> None:
    """Write down where the server is, unless this worker was taken for dead and others went on."""
    with run.context.unit_of_work() as session:
        if underway.state_of(session, run.saga_id) != while_:
            return
        row = instances.locked(run, session)
        # The moment of the last notice is by the clock of the other cluster.
        row.backend_id, row.noticed_at = backend_id, 0.0
        row.updated_at = run.context.now()


def give_up(run: Run) -> Mapping[str, Any] | Wait:
    """Have the old cluster give it up."""
    return handing.given_up(_source(run))


def undo_give_up(run: Run) -> Wait | None:
    """Have the old cluster take it in again; if it does not, there is no way back."""
    if run.data.get("stays"):
        return None
    wait = _issue_back(run)
    if wait:
        return wait
    spec = _spec(run, run.data["source"], run.data["old_tags"])
    return handing.taken_back(_source(run), spec, _baggage(run), run.data.get("back", {}))


def _issue_back(run: Run) -> Wait | None:
    """Have tickets that outdo those of the new cluster, once.

    An instance that the old cluster still has keeps its own: nobody used the others then.
    """
    if not run.data.get("tickets") or "back" in run.data:
        return None
    host = instances.server(run).node
    return Wait(0.0, {"back": tickets.of_baggage(run, _baggage(run), host=host)})


def resume(run: Run) -> Mapping[str, Any] | Wait | None:
    """Start it if it ran before."""
    if not run.data["is_running"]:
        return None
    return towards.forward(_target(run), towards.is_running, towards.start)


def undo_resume(run: Run) -> Wait | None:
    """Stop it: what runs is not given up."""
    return handing.stopped(_target(run))


def _baggage(run: Run) -> Baggage:
    return Baggage.unpack(run.data["baggage"])


def _spec(run: Run, backend_id: str, tags: Iterable[str]) -> InstanceSpec:
    """Return what the instance is in a cluster beside its disks."""
    vcpus, ram_mib = run.data["size"]
    return InstanceSpec(
        name=instances.instance_name(run),
        vcpus=vcpus,
        ram_mib=ram_mib,
        nics=cards.specs(run.context, backend_id, networks.ports_of(run)),
        tags=tuple(tags),
        is_started=False,
    )


def succeed(run: Run, session: Session) -> None:
    """Show the server in its new cluster; what it costs has not changed."""
    row = instances.locked(run, session)
    synnefo_backends.leave(run.context, row.id)
    synnefo_network.note_device(run.context, row.id)
    observed.settle(run.context, row, is_running=run.data["is_up"], is_forced=True)
    row.node = run.data["node"]
    row.fault, row.fault_at = "", 0.0
    actions.end(run, session)


def fail(run: Run, session: Session) -> None:
    """Show the server where it is and as it is, and why; a deletion goes on from here."""
    row = instances.locked(run, session)
    part = synnefo_backends.leave if run.data.get("stays") else synnefo_backends.stay
    part(run.context, row.id)
    synnefo_network.note_device(run.context, row.id)
    if instances.goes_on_deleting(run, session, row):
        return
    left = run.data["left"]
    observed.settle(run.context, row, is_running=left["is_up"], is_forced=True)
    row.node = left["node"]
    row.fault, row.fault_at = run.error, run.context.now()
    actions.end(run, session)


SAGA = recorded(
    Saga(
        MOVE,
        [
            Step("look", look, undo=undo_look),
            Step("networks", reach),
            Step("halt", halt, undo=undo_halt),
            Step("take_in", take_in, undo=undo_take_in),
            Step("cross", cross, undo=undo_cross),
            Step("give_up", give_up, undo=undo_give_up),
            Step("resume", resume, undo=undo_resume),
        ],
        succeed=succeed,
        fail=fail,
    )
)
