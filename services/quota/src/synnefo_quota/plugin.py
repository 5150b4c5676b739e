# SPDX-License-Identifier: Apache-2.0
"""What the ledger plugs in."""

from __future__ import annotations

from pathlib import Path

from synnefo_core.commands import CommandTable
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_quota import commands as cli
from synnefo_quota.models import Model


@hookimpl
def migrations() -> Branch:
    """Return the ledger's tables."""
    return Branch("quota", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo quota …``."""
    return {"quota list": cli.List, "quota set": cli.Set, "quota verify": cli.Verify}
