# SPDX-License-Identifier: Apache-2.0
"""What the ledger plugs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg

from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.worker import Task
from synnefo_quota import commissions
from synnefo_quota.commands import COMMANDS
from synnefo_quota.models import Model
from synnefo_quota.options import OPTIONS


@hookimpl
def migrations() -> Branch:
    """Return the ledger's tables."""
    return Branch("quota", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section ``[quota]``."""
    return {"quota": OPTIONS}


@hookimpl
def tasks() -> Iterable[Task]:
    """Return the task that rejects what was abandoned."""
    return [Task("quota.expire", 600.0, _expire)]


def _expire(context: RequestContext) -> None:
    commissions.expire(context)


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo quota|resource|commission …``."""
    return COMMANDS
