# SPDX-License-Identifier: Apache-2.0
"""What the room adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.bootstrap import once
from synnefo_core.cloud import Cloud
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_volume import types
from synnefo_volume.models import Model
from synnefo_volume.options import SECTIONS
from synnefo_volume.policies import POLICIES


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
def bootstrap(cloud: Cloud) -> None:
    """Make the default type."""
    with once(cloud, "volume.types") as is_first:
        if is_first:
            types.make_first(cloud)
