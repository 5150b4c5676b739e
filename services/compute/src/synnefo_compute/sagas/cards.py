# SPDX-License-Identifier: Apache-2.0
"""Give a server the card of a port, or take one away.

A card that could not be plugged in leaves no port behind; one that could not be taken away keeps
its port. Whether the server runs does not matter, nor does it change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

import synnefo_network
from synnefo_compute import cards
from synnefo_compute.kinds import ATTACH, DETACH
from synnefo_compute.sagas import instances, networks, towards
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.contracts.compute import ComputeBackend, Instance, NicSpec
from synnefo_core.contracts.devices import Cards
from synnefo_core.sagas import Run, Saga, Step, Wait


def plug(run: Run) -> Mapping[str, Any] | Wait:
    """Have the cluster plug the card in, once it has the network and its nodes know of the port."""
    if not run.data.get("job_id"):
        outcome = networks.reach(run)
        if isinstance(outcome, Wait):
            return outcome
    synnefo_network.tell_nodes_of_device(run.context, run.subject_id)
    nic = _nic(run) or NicSpec(**run.data["nic"])
    return towards.forward(run, lambda found: _has(found, nic.name), _Plug(nic))


def _nic(run: Run) -> NicSpec | None:
    """Return the card, on the network if the cluster has that; None once the port is gone."""
    own = [port for port in networks.ports_of(run) if port.id == run.data["port_id"]]
    found = cards.specs(run.context, instances.backend_id(run), own)
    return found[0] if found else None


def undo_plug(run: Run) -> Wait | None:
    """Take the card away again."""
    card = run.data["nic"]["name"]
    return towards.back(run, "plug", lambda found: not _has(found, card), _Unplug(card))


def unplug(run: Run) -> Mapping[str, Any] | Wait:
    """Have the cluster take the card away, under whatever name it should be there."""
    card, mac = run.data["card"], run.data["mac"]
    return towards.forward(run, lambda found: not _has(found, card, mac), _Unplug(card))


def undo_unplug(run: Run) -> Wait | None:
    """Plug the card in again, unless its port is not the server's any more."""
    nic = _nic(run)
    if nic is None:
        return None
    return towards.back(run, "unplug", lambda found: _has(found, nic.name), _Plug(nic))


class _Plug:
    """The call that plugs a card in."""

    def __init__(self, nic: NicSpec) -> None:
        self._nic = nic

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        return _cards(backend).plug(name, self._nic)


class _Unplug:
    """The call that takes a card away."""

    def __init__(self, card: str) -> None:
        self._card = card

    def __call__(self, backend: ComputeBackend, name: str) -> str:
        return _cards(backend).unplug(name, self._card)


def _cards(backend: ComputeBackend) -> Cards:
    if backend.cards is None:
        msg = "the cluster does not change the cards of instances"
        raise JobFailed(msg)
    return backend.cards


def _has(instance: Instance, card: str, mac: str = "") -> bool:
    macs = {mac.lower()} - {""}
    return any(nic.name == card or nic.mac.lower() in macs for nic in instance.nics)


def plugged(run: Run, session: Session) -> None:
    """Show the port as active."""
    row = instances.locked(run, session)
    synnefo_network.settle(run.context, device_id=row.id)
    instances.end(run, session, row)


def not_plugged(run: Run, session: Session) -> None:
    """Free the port; a deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    synnefo_network.unplug(run.context, device_id=row.id, port_ids=[run.data["port_id"]])
    instances.end(run, session, row)


def unplugged(run: Run, session: Session) -> None:
    """Free the port."""
    row = instances.locked(run, session)
    synnefo_network.unplug(run.context, device_id=row.id, port_ids=[run.data["port_id"]])
    instances.end(run, session, row)


def not_unplugged(run: Run, session: Session) -> None:
    """Leave the port where it is; a deletion goes on from here."""
    row = instances.locked(run, session)
    if not instances.goes_on_deleting(run, session, row):
        instances.end(run, session, row)


ATTACH_SAGA = recorded(
    Saga(
        ATTACH,
        [Step("plug", plug, undo=undo_plug)],
        succeed=plugged,
        fail=not_plugged,
    )
)
DETACH_SAGA = recorded(
    Saga(
        DETACH,
        [Step("unplug", unplug, undo=undo_unplug)],
        succeed=unplugged,
        fail=not_unplugged,
    )
)
