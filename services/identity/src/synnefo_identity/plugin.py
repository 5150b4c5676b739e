# SPDX-License-Identifier: Apache-2.0
"""What identity plugs in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from oslo_config import cfg
from oslo_policy.policy import DocumentedRuleDefault

from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.context import RequestContext
from synnefo_core.contracts.directory import Directory
from synnefo_core.contracts.quota import Limit, QuotaResource, Thing, Usage
from synnefo_core.db.migrations import Branch
from synnefo_core.hookspecs import hookimpl
from synnefo_core.outbox import Subscription
from synnefo_core.worker import Task
from synnefo_identity import (
    bootstrap as first,
    changes,
    lockout,
    oauth2,
    policies as defaults,
    project_life,
    tokens,
)
from synnefo_identity.accounts import cascade, moves, rates, registrations, resets
from synnefo_identity.directory import IdentityDirectory
from synnefo_identity.letters import delivery, tickets
from synnefo_identity.models import Model
from synnefo_identity.options import SECTIONS
from synnefo_identity.project_life import keystone

KEEP_CHANGES_S = 3600.0
"""A process that reads the log less often forgets all claims."""


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return identity's options."""
    return SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return identity's tables."""
    return Branch("identity", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return identity's rules."""
    return defaults.rules()


@hookimpl
def directory(cloud: Cloud) -> Directory:
    """Answer for users, projects and tokens."""
    return IdentityDirectory(cloud)


@hookimpl
def bootstrap(cloud: Cloud) -> None:
    """Make the first users, roles and keys."""
    first.bootstrap(cloud)


@hookimpl
def commands() -> CommandTable:
    """Return the commands about people, projects, roles and keys."""
    # cliff is for the command line
    from synnefo_identity.accounts.commands import COMMANDS as ABOUT_ACCOUNTS
    from synnefo_identity.accounts.upkeep import COMMANDS as UPKEEP
    from synnefo_identity.assignment_commands import COMMANDS as ABOUT_ROLES
    from synnefo_identity.commands import COMMANDS
    from synnefo_identity.components.commands import COMMANDS as ABOUT_COMPONENTS
    from synnefo_identity.project_life.commands import COMMANDS as ABOUT_PROJECTS

    return {
        **COMMANDS,
        **ABOUT_ACCOUNTS,
        **ABOUT_COMPONENTS,
        **ABOUT_PROJECTS,
        **ABOUT_ROLES,
        **UPKEEP,
    }


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what is done from time to time."""
    return [
        Task("identity.tidy", 600.0, tidy),
        Task("identity.tend_projects", 3600.0, tend_projects),
        *delivery.TASKS,
    ]


@hookimpl
def subscriptions() -> Iterable[Subscription]:
    """Return what identity does when something has happened: it writes letters, mostly."""
    return [
        *delivery.SUBSCRIPTIONS,
        *keystone.SUBSCRIPTIONS,
        Subscription(registrations.MADE, "identity.greet", registrations.greet),
        Subscription(registrations.ASKED, "identity.remind", registrations.remind),
        Subscription(resets.ASKED, "identity.reset", resets.answer),
        Subscription(moves.ASKED, "identity.move", moves.answer),
        Subscription("user.deactivated", "identity.suspend", cascade.follow),
        Subscription("user.activated", "identity.unsuspend", cascade.follow),
    ]


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return what identity counts."""
    return [project_life.PENDING]


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the pending applications."""
    return project_life.usage(context)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the pending applications behind their number."""
    return project_life.things(context, resource, project_id)


@hookimpl
def quota_limits(context: RequestContext, project_id: str | None) -> Iterable[Limit]:
    """Return what projects and their members were granted."""
    return project_life.wanted_limits(context, project_id)


def tend_projects(context: RequestContext) -> None:
    """Limit new resources, and end projects in time where the operator wants that."""
    project_life.fill_new(context)
    if context.cloud.config.identity.end_projects:
        project_life.terminate_expired(context)


def tidy(context: RequestContext) -> None:
    """Delete what nobody needs any more."""
    with context.unit_of_work() as session:
        tokens.forget_revocations(context, session)
        lockout.tidy(context, session)
        tickets.tidy(context, session)
        rates.tidy(context, session)
        registrations.tidy(context, session)
        oauth2.tidy(context, session)
        changes.trim(session, before=context.now() - KEEP_CHANGES_S)
