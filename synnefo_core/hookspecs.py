# SPDX-License-Identifier: Apache-2.0
"""The questions that the core asks every plugin: "what do you add?".

A plugin is a module (or object) named by an entry point in the group ``synnefo.hooks``
whose functions carry :data:`hookimpl`. All answers are collected; their order is never
promised. An implementation may leave out arguments that it does not need. Unless said
otherwise an exception in a hook that is asked while the cloud is put together stops the
start with the name of the plugin; so answer with values and do no work there.

All hooks exist since version 0.1.
"""

# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from oslo_config import cfg
    from oslo_policy.policy import DocumentedRuleDefault

    from synnefo_core.cloud import Cloud
    from synnefo_core.commands import CommandTable
    from synnefo_core.context import RequestContext
    from synnefo_core.contracts.api import Api
    from synnefo_core.contracts.directory import Directory
    from synnefo_core.contracts.guests import Guest
    from synnefo_core.contracts.placement import Filter, Weigher
    from synnefo_core.contracts.quota import (
        Limit,
        QuotaResource,
        Relief,
        Severity,
        Thing,
        Usage,
    )
    from synnefo_core.contracts.storage import Kind, Moving
    from synnefo_core.db.migrations import Branch
    from synnefo_core.listening import Listener
    from synnefo_core.outbox import Subscription
    from synnefo_core.sagas import Saga
    from synnefo_core.timetable import Task

hookspec = pluggy.HookspecMarker("synnefo")
hookimpl = pluggy.HookimplMarker("synnefo")


# -- Configuration and database ---------------------------------------------------------


@hookspec
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return configuration options by section.

    Asked once, before configuration files are read. Give each option a type, default,
    bounds and help: the sample file and the reference are made from them.
    """


@hookspec
def migrations() -> Branch:
    """Return where the package's Alembic revisions are.

    Asked when the schema is migrated or checked. A branch has its own version table, so
    packages come and go without touching each other.
    """


@hookspec
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return default policy rules, named ``<service>:<noun>:<verb>``.

    Asked once, when the policy is built. Operators override them in ``policy.yaml``.
    """


# -- Serving ----------------------------------------------------------------------------


@hookspec
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the API frontends that the package serves.

    Asked when the WSGI application is put together and when the catalog is made. Two
    APIs of one name or one prefix are an error at start.
    """


@hookspec(firstresult=True)
def directory(cloud: Cloud) -> Directory | None:
    """Return who answers for users, projects and tokens, or None.

    Asked once. One answer is the meaning, so only one package may implement it; without
    any, every request that needs a token is refused.
    """


@hookspec
def commands() -> CommandTable:
    """Return subcommands of ``synnefo``: cliff command classes by name ("backend add").

    Asked at each start of the command line.
    """


@hookspec
def companions() -> Iterable[str]:
    """Return the commands that ``synnefo run`` starts as processes beside itself.

    Asked once, when it has begun to work. Each is a long-running command that takes the
    option ``--companion``: it then ends as soon as its standard input does. One that ends by
    itself is started again.
    """


@hookspec
def bootstrap(cloud: Cloud) -> None:
    """Make what an empty cloud needs to be useful: a first user, flavors, a network.

    Called by ``synnefo run`` and ``synnefo bootstrap`` after migration at every start, in
    no promised order: be safe to call twice, and make nothing that an operator removed
    (see :func:`synnefo_core.bootstrap.once`).
    """


# -- Work -------------------------------------------------------------------------------


@hookspec
def sagas() -> Iterable[Saga]:
    """Return the sagas that the worker runs.

    Asked once. A saga row whose definition is not there is left alone until it is back.
    """


@hookspec
def subscriptions() -> Iterable[Subscription]:
    """Return which outbox events the package handles.

    Asked once. Each handler sees each event at least once, in no promised order. A handler
    that ever subscribed is remembered: its events wait while the package is absent.
    """


@hookspec
def listeners() -> Iterable[Listener]:
    """Return who hears which messages of the bus.

    Asked once. Messages are hints: a listener bears lost, doubled, late and senseless ones. It
    hears several at once; when that raises it hears each by itself, and what raises then becomes
    a dead letter where the bus has them, and holds up nobody.
    """


@hookspec
def tasks() -> Iterable[Task]:
    """Return periodic tasks.

    Asked once. A task runs in one worker at a time; when it raises it is logged and tried
    again at its next turn.
    """


@hookspec
def saga_step(saga: str, saga_id: str, step: str, phase: str) -> None:
    """Learn that a saga has come to a step; ``phase`` is "do", "done", "undo" or "undone".

    Called by the worker before and after each step, inside no transaction. An exception
    counts as a crash of the worker.
    """


# -- Quota and storage: owners of things that others count or collect ----------------------


@hookspec
def quota_resources() -> Iterable[QuotaResource]:
    """Return what the package counts.

    Asked once. A resource is registered at start; its defaults are for holders that come
    later.
    """


@hookspec
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the package's own rows, for all projects, by looking at them.

    Asked by ``synnefo quota verify`` inside a read-only transaction. Leave out zeros.
    """


@hookspec
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """Yield the very things that ``quota_usage`` counts of a resource for a project.

    Asked by ``synnefo quota explain`` inside a read-only transaction. Return nothing for
    resources that the package does not count.
    """


@hookspec
def quota_limits(context: RequestContext, project_id: str | None) -> Iterable[Limit]:
    """Return the limits that the package governs, as they must be.

    Asked inside a read-only transaction: of all projects (None) by ``synnefo quota verify``, of
    one before ``synnefo quota set`` sets a limit of it or of its users by hand, which is refused
    for those that are returned. Limits of other projects are passed over. Holdings that nobody
    names have the limits that were set by hand, or the defaults.
    """


@hookspec
def quota_relief(
    context: RequestContext, resource: str, project_id: str, severity: Severity
) -> Iterable[Relief]:
    """Yield what can be done so that a project uses less of a resource.

    Asked by ``synnefo quota enforce`` for what is over its limit, inside a read-only
    transaction: say what can be done, and do nothing yet. Leave out what the severity does
    not allow, and resources that the package does not count.
    """


@hookspec
def guests(context: RequestContext, device_ids: Collection[str]) -> Mapping[str, Guest]:
    """Say of devices where they are and what they are told, by their ids.

    Asked outside of any transaction for devices that have ports, before nodes are told of these.
    Leave out devices that are not the package's, or not there any more: nodes forget their ports.
    The same device must get the same answer until something changes.
    """


@hookspec
def placement_filters() -> Iterable[Filter]:
    """Return what takes clusters out when a new server is placed.

    Asked once. Operators choose among all by ``[backends] filters``.
    """


@hookspec
def placement_weighers() -> Iterable[Weigher]:
    """Return measures of how little a cluster pleases when a new server is placed.

    Asked once. Operators choose among all by ``[backends] weighers``, with a factor each.
    """


@hookspec
def storage_roots(context: RequestContext, store: str) -> Iterable[tuple[Kind, bytes]]:
    """Yield every reference that the package holds into a store.

    Asked by garbage collection inside a read-only transaction. What no root reaches is
    deleted after a grace period, so an exception here stops the collection.
    """


@hookspec
def storage_move(context: RequestContext, source: str, target: str) -> Iterable[Moving]:
    """Yield every reference that the package holds into one store, to be moved to another.

    Asked by ``synnefo store migrate`` outside of any transaction, again until nothing is left; read
    rows in short transactions, since what is yielded may take hours to be copied. What appears
    meanwhile may be left out. Who answers ``storage_roots`` answers this, too: without it a store
    that holds the package's data can't be migrated.
    """
