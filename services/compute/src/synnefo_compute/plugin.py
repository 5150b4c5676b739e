# SPDX-License-Identifier: Apache-2.0
"""What the servers' room plugs in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_compute import (
    charges,
    consoles,
    events,
    flavors,
    groups,
    guests,
    relief,
    resizing,
    unbound,
    upkeep,
)
from synnefo_compute.commands import COMMANDS
from synnefo_compute.figures import asked, heard, series
from synnefo_compute.models import Model
from synnefo_compute.options import CONSOLE, OPTIONS
from synnefo_compute.policies import POLICIES
from synnefo_compute.reconcile import rounds
from synnefo_compute.sagas import SAGAS
from synnefo_core.bootstrap import once
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.guests import Guest
from synnefo_core.contracts.quota import QuotaResource, Relief, Severity, Thing, Usage
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.listening import Listener
from synnefo_core.outbox import Subscription
from synnefo_core.sagas import Saga
from synnefo_core.worker import Task

FIRST_FLAVORS = (
    # id, name, virtual processors, memory in MiB, disk in GiB
    ("1", "m1.tiny", 1, 512, 1),
    ("2", "m1.small", 1, 2048, 20),
    ("3", "m1.medium", 2, 4096, 40),
    ("4", "m1.large", 4, 8192, 80),
)


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the sections ``[compute]`` and ``[console]``."""
    return {"compute": OPTIONS, "console": CONSOLE}


@hookimpl
def migrations() -> Branch:
    """Return the servers' tables."""
    return Branch("compute", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return the default rules."""
    return POLICIES


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo server …``, ``flavor …`` and ``synnefo reconcile servers``."""
    return COMMANDS


@hookimpl
def sagas() -> Iterable[Saga]:
    """Return what the worker does for servers."""
    return SAGAS


@hookimpl
def tasks() -> Iterable[Task]:
    """Return the tasks that keep rows true to the clusters, and decide on what nobody decides."""
    return [
        Task(rounds.TASK, rounds.EVERY_S, rounds.run),
        Task("compute.confirm_resizes", 10.0, resizing.confirm_what_is_due),
        Task("compute.forget_consoles", 300.0, consoles.sweep),
        Task(asked.TASK, asked.EVERY_S, asked.ask_all),
        Task("compute.forget_figures", 300.0, series.sweep),
    ]


@hookimpl
def listeners() -> Iterable[Listener]:
    """Return who hears the clusters."""
    return (*events.LISTENERS, heard.LISTENER)


@hookimpl
def subscriptions() -> Iterable[Subscription]:
    """Return what is done when ports or volumes are taken away from servers, or change."""
    return (*unbound.SUBSCRIPTIONS, *upkeep.SUBSCRIPTIONS)


@hookimpl(specname="guests")
def guests_of(context: RequestContext, device_ids: Collection[str]) -> Mapping[str, Guest]:
    """Say of servers where they are and what they are told."""
    return guests.guests(context, device_ids)


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return what servers and their groups cost."""
    return (*charges.RESOURCES, groups.RESOURCE)


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the servers and their groups."""
    return chain(charges.usage(context), groups.usage(context))


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the servers or groups behind a number."""
    return chain(
        charges.things(context, resource, project_id), groups.things(context, resource, project_id)
    )


@hookimpl
def quota_relief(
    context: RequestContext, resource: str, project_id: str, severity: Severity
) -> Iterable[Relief]:
    """Say which servers could be stopped or deleted."""
    return relief.reliefs(context, resource, project_id, severity)


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Make the first flavors."""
    with once(cloud, "compute.flavors") as is_first:
        if is_first:
            for flavor_id, name, vcpus, ram_mib, disk_gib in FIRST_FLAVORS:
                flavors.create(
                    for_worker(cloud),
                    flavor_id=flavor_id,
                    name=name,
                    vcpus=vcpus,
                    ram_mib=ram_mib,
                    disk_gib=disk_gib,
                )
