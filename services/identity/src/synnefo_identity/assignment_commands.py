# SPDX-License-Identifier: Apache-2.0
"""``synnefo role assign|unassign|assignments``: who has which role on what."""

from __future__ import annotations

import argparse
from typing import Any

from synnefo_core.commands import CloudCommand, CloudLister, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_identity import assignments, domains, effective
from synnefo_identity.assignments import Actor, Assignment, Question
from synnefo_identity.commands import NOUNS
from synnefo_identity.domains import DEFAULT
from synnefo_identity.names import Names, names_of
from synnefo_identity.payload import SYSTEM, Scope, ScopeKind

_NOUNS = {noun.name: noun for noun in NOUNS}


def _add_sides(parser: argparse.ArgumentParser, *, is_required: bool) -> None:
    who = parser.add_mutually_exclusive_group(required=is_required)
    who.add_argument("--user", help="id, or name in the default domain")
    who.add_argument("--group", help="id, or name in the default domain")
    what = parser.add_mutually_exclusive_group(required=is_required)
    what.add_argument("--project", help="id, or name in the default domain")
    what.add_argument("--domain", metavar="ID")
    what.add_argument("--system", action="store_true", help="the cloud itself")


def _find(context: RequestContext, noun: str, text: str) -> str:
    found: str = _NOUNS[noun].find(context, text, DEFAULT).id
    return found


def _actor(context: RequestContext, parsed_args: argparse.Namespace) -> Actor | None:
    for kind in ("user", "group"):
        text = getattr(parsed_args, kind)
        if text is not None:
            return kind, _find(context, kind, text)
    return None


def _target(context: RequestContext, parsed_args: argparse.Namespace) -> Scope | None:
    if parsed_args.project is not None:
        return Scope(ScopeKind.PROJECT, _find(context, "project", parsed_args.project))
    if parsed_args.domain is not None:
        return Scope(ScopeKind.DOMAIN, domains.show(context, parsed_args.domain).id)
    return SYSTEM if parsed_args.system else None


class _Change(CloudCommand):
    """Give or take a role."""

    change: Any

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the role, who and on what."""
        parser = super().get_parser(prog_name)
        parser.add_argument("role", help="id or name")
        _add_sides(parser, is_required=True)
        parser.add_argument(
            "--inherited", action="store_true", help="in the projects below it, in place of it"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        context = for_worker(self.cloud)
        actor, target = _actor(context, parsed_args), _target(context, parsed_args)
        role_id = _find(context, "role", parsed_args.role)
        type(self).change(context, actor, target, role_id, is_inherited=parsed_args.inherited)


class Assign(_Change):
    """Give a user or a group a role on a project, a domain or the system."""

    change = staticmethod(assignments.grant)


class Unassign(_Change):
    """Take a role that was given."""

    change = staticmethod(assignments.revoke)


class Assignments(CloudLister):
    """List who was given which role on what."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--role", help="id or name")
        _add_sides(parser, is_required=False)
        parser.add_argument(
            "--effective", action="store_true", help="what users have: by groups and roles, too"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context, role = for_worker(self.cloud), parsed_args.role
        question = Question(
            actor=_actor(context, parsed_args),
            target=_target(context, parsed_args),
            role_id=None if role is None else _find(context, "role", role),
            is_effective=parsed_args.effective,
        )
        found = effective.index(context, question)
        names = names_of(context, found)
        titles = ("Role", "User or group", "Its id", "Name", "On", "On id", "On name", "Inherited")
        return titles, [_row(each, names) for each in found]


def _row(each: Assignment, names: Names) -> tuple[Any, ...]:
    kind, actor_id = each.actor
    target = each.target
    on_name = names.domains.get(target.id, "")
    if target.kind is ScopeKind.PROJECT:
        on_name = names.projects.get(target.id, ("", ""))[0]
    return (
        names.roles.get(each.role_id, each.role_id),
        *(kind, actor_id, names.actors[kind].get(actor_id, ("", ""))[0]),
        *(target.kind.value, target.id, on_name),
        each.is_inherited or each.origin is not None,
    )


COMMANDS: CommandTable = {
    "role assign": Assign,
    "role unassign": Unassign,
    "role assignments": Assignments,
}
