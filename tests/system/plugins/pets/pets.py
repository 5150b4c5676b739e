# SPDX-License-Identifier: Apache-2.0
"""A plugin that owns things, handles events, offers a driver, and breaks when it is told to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

import synnefo_quota
from synnefo_core.commands import CloudCommand, CommandTable
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.quota import Charge, QuotaResource, Thing, Usage
from synnefo_core.hookspecs import hookimpl
from synnefo_core.outbox import Event, Subscription
from synnefo_core.testing.fakes.storage import MemoryStorage

if os.environ.get("PETS_ARE_ILL"):
    raise RuntimeError("the pets are ill")


class Kennel(MemoryStorage):
    """A store that nobody needs."""


@hookimpl
def quota_resources() -> Iterable[QuotaResource]:
    """Return the pet."""
    return [QuotaResource("pets.pet", "Pets")]


@hookimpl
def quota_usage(context: RequestContext) -> Iterable[Usage]:
    """Count the pets by looking at them."""
    for line in _lines(context, "pets"):
        project_id, user_id = line.split()
        yield Usage(project_id, user_id, "pets.pet", 1)


@hookimpl
def quota_things(context: RequestContext, resource: str, project_id: str) -> Iterable[Thing]:
    """List the pets of a project."""
    for number, line in enumerate(_lines(context, "pets") if resource == "pets.pet" else ()):
        owner, user_id = line.split()
        if owner == project_id:
            yield Thing(owner, user_id, resource, 1, "pet", str(number))


@hookimpl
def subscriptions() -> Iterable[Subscription]:
    """Pets want to know which networks go."""
    return [Subscription("network.deleted", "pets.mourn", _mourn)]


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo pet adopt``."""
    return {"pet adopt": Adopt}


class Adopt(CloudCommand):
    """Give a user a pet."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument("project")
        parser.add_argument("user")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        context = for_worker(self.cloud)
        synnefo_quota.charge(
            context, [Charge(parsed_args.project, parsed_args.user, "pets.pet", 1)]
        )
        _add(context, "pets", f"{parsed_args.project} {parsed_args.user}")


def _mourn(context: RequestContext, event: Event) -> None:
    _add(context, "mourned", event.subject_id)


def _file(context: RequestContext, name: str) -> Path:
    return context.cloud.data_dir / name


def _lines(context: RequestContext, name: str) -> list[str]:
    path = _file(context, name)
    return path.read_text().splitlines() if path.exists() else []


def _add(context: RequestContext, name: str, line: str) -> None:
    with _file(context, name).open("a") as file:
        file.write(f"{line}\n")
