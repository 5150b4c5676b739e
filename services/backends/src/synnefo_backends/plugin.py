# SPDX-License-Identifier: Apache-2.0
"""What the clusters' room plugs in."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg

from synnefo_backends import bookings, commands as cli, registry
from synnefo_backends.filters import FILTERS, WEIGHERS
from synnefo_backends.models import Model
from synnefo_backends.options import OPTIONS
from synnefo_backends.refresh import EVERY_S, TASK, refresh, refresh_due
from synnefo_core.bootstrap import mark, was_done
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import for_worker
from synnefo_core.contracts.placement import Filter, Weigher
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import DRIVER_GROUPS
from synnefo_core.worker import Task

log = logging.getLogger(__name__)

EMBEDDED = "sim"


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section ``[backends]``."""
    return {"backends": OPTIONS}


@hookimpl
def migrations() -> Branch:
    """Return the clusters' tables."""
    return Branch("backends", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo backend …``."""
    return {
        "backend add": cli.Add,
        "backend list": cli.List,
        "backend nodes": cli.Nodes,
        "backend refresh": cli.Refresh,
        "backend remove": cli.Remove,
        "backend set": cli.Set,
        "backend show": cli.Show,
        "backend why": cli.Why,
    }


@hookimpl
def placement_filters() -> Iterable[Filter]:
    """Return the cloud's own filters."""
    return FILTERS


@hookimpl
def placement_weighers() -> Iterable[Weigher]:
    """Return the cloud's own weighers."""
    return WEIGHERS


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what asks clusters for their size, and what keeps the sums of bookings."""
    return [
        Task(TASK, EVERY_S, refresh_due),
        Task("backends.fold", bookings.FOLD_EVERY_S, bookings.fold),
        Task("backends.compare", bookings.COMPARE_EVERY_S, bookings.compare),
    ]


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Give an empty cloud a simulated cluster, if that driver is installed."""
    installed = importlib.metadata.entry_points(group=DRIVER_GROUPS["compute_backend"])
    wanted = cloud.config.backends.embedded and EMBEDDED in installed.names
    if not wanted or was_done(cloud, "backends.embedded"):
        return
    context = for_worker(cloud)
    if not registry.listing(context):
        registry.add(context, name=EMBEDDED, driver=EMBEDDED, settings={"volumes": "true"})
        refresh(context, EMBEDDED)
    mark(cloud, "backends.embedded")
