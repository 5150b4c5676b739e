# SPDX-License-Identifier: Apache-2.0
"""What the login method plugs in: its table, and the settings of its default section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg

from synnefo_auth_local.models import Model
from synnefo_auth_local.options import OPTIONS
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the settings of ``[auth_local]``."""
    return {"auth_local": OPTIONS}


@hookimpl
def migrations() -> Branch:
    """Return the passwords' table."""
    return Branch("auth_local", Path(__file__).parent / "migrations", Model.metadata)
