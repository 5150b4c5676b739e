# SPDX-License-Identifier: Apache-2.0
"""What the room adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import QuotaResource, Thing, Usage
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.listening import Listener
from synnefo_core.sagas import Saga
from synnefo_core.worker import Task
from synnefo_network import (
    cluster_repairs,
    events,
    floating_ips,
    networks,
    routers,
    security_groups,
    security_rules,
    withdrawing,
)
from synnefo_network.bootstrap import make_public_network, write_down_sharing
from synnefo_network.commands import COMMANDS
from synnefo_network.models import Model
from synnefo_network.nodes import (
    commands as nodes_commands,
    hellos,
    rounds,
    signing,
    spots,
    versions,
)
from synnefo_network.options import SECTIONS
from synnefo_network.policies import POLICIES

_COUNTED = (networks, routers, floating_ips, security_groups, security_rules)
"""The modules of the nouns that are paid for."""


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section ``[network]``."""
    return SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return the tables."""
    return Branch("network", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return who may do what."""
    return POLICIES


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return what is counted."""
    return [noun.RESOURCE for noun in _COUNTED]


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count what is paid for."""
    return chain.from_iterable(noun.usage(context) for noun in _COUNTED)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List what is behind a number."""
    return chain.from_iterable(noun.things(context, resource, project_id) for noun in _COUNTED)


@hookimpl
def sagas() -> Iterable[Saga]:
    """Return what the worker does about networks in clusters."""
    return [withdrawing.SAGA]


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what keeps networks in clusters true to the rows, and what tells nodes of ports and routers."""
    return [
        Task(withdrawing.TASK, withdrawing.EVERY_S, withdrawing.run),
        Task(cluster_repairs.TASK, cluster_repairs.EVERY_S, cluster_repairs.run),
        Task(rounds.TASK, rounds.EVERY_S, rounds.run),
        Task(spots.TASK, spots.EVERY_S, spots.move),
        Task("network.forget_documents", 3600.0, versions.forget_gone),
    ]


@hookimpl
def listeners() -> Iterable[Listener]:
    """Return who hears of networks in clusters, and nodes."""
    return [*events.LISTENERS, *hellos.LISTENERS]


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo network|subnet|port|router|node …`` and so on, and ``reconcile networks|pools``."""
    return {**COMMANDS, **nodes_commands.COMMANDS}


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Make the network ``public`` and a key to sign with, and bring an older cloud up to date."""
    signing.make_first(cloud)
    write_down_sharing(cloud)
    make_public_network(cloud)
