# SPDX-License-Identifier: Apache-2.0
"""What the object store plugs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource, Thing, Usage
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.worker import Task
from synnefo_object_store import expiry, options as settings, owned, statistics, uploads
from synnefo_object_store.models import Model
from synnefo_object_store.policies import RULES


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section [object_store]."""
    return settings.SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return the object store's tables."""
    return Branch("object_store", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return who may do what in an account."""
    return RULES


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what keeps the statistics short, removes what is past its time and forgets dead uploads."""
    return [
        Task("object_store.fold", statistics.FOLD_EVERY_S, statistics.fold),
        Task("object_store.expire_objects", expiry.SWEEP_EVERY_S, expiry.sweep),
        Task("object_store.expire_uploads", uploads.EXPIRE_EVERY_S, uploads.expire),
    ]


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return pithos.diskspace."""
    return owned.RESOURCES


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the bytes that are paid for."""
    return owned.usage(context)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the objects behind the bytes."""
    return owned.things(context, resource, project_id)


@hookimpl
def storage_roots(context: RequestContext, store: str) -> Iterable[tuple[Kind, bytes]]:
    """Return what objects and uploads under way refer to."""
    return owned.roots(context, store)


@hookimpl
def storage_move(context: RequestContext, source: str, target: str) -> Iterable[Moving]:
    """Return what objects refer to, for another store."""
    return owned.moving(context, source, target)
