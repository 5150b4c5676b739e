# SPDX-License-Identifier: Apache-2.0
"""What the room adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.bootstrap import once
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource, Thing, Usage
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.sagas import Saga
from synnefo_core.worker import Task
from synnefo_volume import backups, charges, owned, types
from synnefo_volume.commands import COMMANDS
from synnefo_volume.models import Model
from synnefo_volume.options import SECTIONS
from synnefo_volume.policies import POLICIES
from synnefo_volume.sagas import SAGAS


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section ``[volume]``."""
    return SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return the tables."""
    return Branch("volume", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return who may do what."""
    return POLICIES


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo volume …`` and ``synnefo reconcile volumes``."""
    return COMMANDS


@hookimpl
def sagas() -> Iterable[Saga]:
    """Return what the worker does for volumes."""
    return SAGAS


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what the worker does from time to time."""
    return [Task("volume.check_backups", backups.CHECK_EVERY_S, backups.check_all)]


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return what volumes, snapshots and backups cost."""
    return charges.RESOURCES


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count volumes, snapshots and backups."""
    return charges.usage(context)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the volumes, snapshots and backups behind a number."""
    return charges.things(context, resource, project_id)


@hookimpl
def storage_roots(context: RequestContext, store: str) -> Iterable[tuple[Kind, bytes]]:
    """Return what snapshots hold, and what volumes and backups are being made of."""
    return owned.roots(context, store)


@hookimpl
def storage_move(context: RequestContext, source: str, target: str) -> Iterable[Moving]:
    """Return what snapshots hold, for another store."""
    return owned.moving(context, source, target)


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Make the default type."""
    with once(cloud, "volume.types") as is_first:
        if is_first:
            types.make_first(cloud)
