# SPDX-License-Identifier: Apache-2.0
"""What the room adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Thing, Usage
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.sagas import Saga
from synnefo_core.worker import Task
from synnefo_image import holdings, owned, tiny
from synnefo_image.commands import COMMANDS
from synnefo_image.models import Model
from synnefo_image.options import SECTIONS
from synnefo_image.policies import POLICIES
from synnefo_image.sagas import SAGAS
from synnefo_image.tasks import forget


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section ``[image]``."""
    return SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return the tables."""
    return Branch("image", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return who may do what."""
    return POLICIES


@hookimpl
def sagas() -> Iterable[Saga]:
    """Return what the worker does for images."""
    return SAGAS


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what the worker does from time to time."""
    return [
        Task("image.forget_tasks", 3600.0, forget),
        Task("image.reckon", holdings.RECKON_EVERY_S, holdings.reckon),
    ]


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo image …``."""
    return COMMANDS


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the bytes that images pay for."""
    return holdings.usage(context)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the images behind them."""
    return holdings.things(context, resource, project_id)


@hookimpl
def storage_roots(context: RequestContext, store: str) -> Iterable[tuple[Kind, bytes]]:
    """Return the contents of images."""
    return owned.roots(context, store)


@hookimpl
def storage_move(context: RequestContext, source: str, target: str) -> Iterable[Moving]:
    """Return what images refer to, for another store."""
    return owned.moving(context, source, target)


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Make the image ``tiny``."""
    tiny.make(cloud)
