# SPDX-License-Identifier: Apache-2.0
"""``synnefo project list|overview|limits|history|modify|suspend|…``: projects and their lives."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import synnefo_quota
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Conflict, InvalidField
from synnefo_identity.project_life import control, limits, lives, members
from synnefo_identity.project_life.commands.wording import OfProject, find, moment, number, shown
from synnefo_identity.project_life.lives import Selection
from synnefo_identity.project_life.states import (
    INITIALIZED,
    ApplicationState,
    JoinPolicy,
    ProjectState,
)
from synnefo_identity.project_life.values import Application, Limits, Wish


class List(CloudLister):
    """List projects, also those that somebody has applied for; deleted ones only if asked for."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--domain", metavar="ID", help="only those of a domain")
        parser.add_argument("--owner", action="append", default=[], metavar="ID")
        parser.add_argument(
            "--state", action="append", default=[], choices=[*ProjectState], help="can be repeated"
        )
        waiting = parser.add_mutually_exclusive_group()
        waiting.add_argument("--new", action="store_true", help="whose first application waits")
        waiting.add_argument("--modified", action="store_true", help="of which a change waits")
        waiting.add_argument("--pending", action="store_true", help="for both of these")
        kind = parser.add_mutually_exclusive_group()
        kind.add_argument("--personal", dest="is_personal", action="store_true", default=None)
        kind.add_argument("--no-personal", dest="is_personal", action="store_false", default=None)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context = for_worker(self.cloud)
        found = lives.index(context, _selection(parsed_args))
        counts = members.counts(context, [life.id for life in found])
        rows = [
            (
                *(life.id, life.name, life.domain_id, life.state, life.owner_id or ""),
                *(counts.get(life.id, 0), _standing(life.application)),
                *(moment(life.ends_at), life.description),
            )
            for life in found
        ]
        titles = ("Id", "Name", "Domain Id", "State", "Owner", "Members", "Last application")
        return (*titles, "Ends", "Description"), rows


def _selection(parsed_args: argparse.Namespace) -> Selection:
    states = list(parsed_args.state)
    if parsed_args.new:
        states = [ProjectState.UNINITIALIZED]
    elif parsed_args.modified:
        states = [*INITIALIZED]
    return Selection(
        states=states or [each for each in ProjectState if each != ProjectState.DELETED],
        owners=parsed_args.owner,
        domain_id=parsed_args.domain,
        is_personal=parsed_args.is_personal,
        is_waiting=parsed_args.new or parsed_args.modified or parsed_args.pending,
    )


def _standing(last: Application | None) -> str:
    return "" if last is None else f"{last.id} {last.state}"


class Control(OfProject):
    """Do something to a project."""

    action: str

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add why."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--reason", default="")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it."""
        context = for_worker(self.cloud)
        project_id = find(context, parsed_args.project).id
        control.act(context, project_id, self.action, reason=parsed_args.reason)


class Modify(CloudCommand):
    """Change a project at once, or the limits of all personal ones."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which, and what is to change."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("project", nargs="?", help="id or name")
        which.add_argument("--all-personal", action="store_true", help="all personal projects")
        parser.add_argument("--exclude", action="append", default=[], metavar="ID")
        parser.add_argument(
            "--limit",
            action="append",
            default=[],
            metavar="RESOURCE=PROJECT[/MEMBER]",
            help='limits of a resource: numbers or "unlimited"; without MEMBER one for both',
        )
        for each in ("name", "description", "homepage"):
            parser.add_argument(f"--{each}")
        parser.add_argument("--owner", metavar="ID")
        parser.add_argument("--reason", default="", help="for the log")
        parser.add_argument("--end-date", metavar="TIME", help="2026-01-31T12:00:00Z")
        parser.add_argument("--join-policy", choices=[*JoinPolicy])
        parser.add_argument("--leave-policy", choices=[*JoinPolicy])
        parser.add_argument("--max-members", help='a number, or "unlimited"')
        seen = parser.add_mutually_exclusive_group()
        seen.add_argument("--private", dest="is_private", action="store_true", default=None)
        seen.add_argument("--public", dest="is_private", action="store_false", default=None)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it or them."""
        context, wish = for_worker(self.cloud), _wish(parsed_args)
        if not parsed_args.all_personal:
            control.change(context, find(context, parsed_args.project).id, wish)
            return
        if wish != Wish(limits=wish.limits, comments=wish.comments):
            raise Conflict("of all personal projects only the limits can be changed")
        changed = control.change_personal(context, wish, excluded=parsed_args.exclude)
        self.say(f"{len(changed)} personal projects changed")


def _wish(parsed_args: argparse.Namespace) -> Wish:
    ends, most = parsed_args.end_date, parsed_args.max_members
    return Wish(
        name=parsed_args.name,
        description=parsed_args.description,
        comments=parsed_args.reason,
        owner_id=parsed_args.owner,
        homepage=parsed_args.homepage,
        ends_at=None if ends is None else _seconds(ends),
        join_policy=parsed_args.join_policy,
        leave_policy=parsed_args.leave_policy,
        max_members=None if most is None else number("max-members", most),
        is_private=parsed_args.is_private,
        limits=dict(_limit(each) for each in parsed_args.limit),
    )


def _seconds(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as cause:
        raise InvalidField("end-date", "must be a time such as 2026-01-31T12:00:00Z") from cause


def _limit(text: str) -> tuple[str, Limits]:
    resource, equals, numbers = text.partition("=")
    if not equals:
        raise InvalidField("limit", "must be RESOURCE=PROJECT/MEMBER")
    of_project, _, of_member = numbers.partition("/")
    whole = number("limit", of_project)
    return resource, Limits(whole, number("limit", of_member) if of_member else whole)


class Overview(OfProject, CloudShow):
    """Show what has become of a project, and what is asked for it."""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return its state, its people's rules and its last application."""
        context = for_worker(self.cloud)
        life = find(context, parsed_args.project)
        told = {
            "Id": life.id,
            "Name": life.name,
            "State": life.state,
            "Owner": life.owner_id or "",
            "Homepage": life.homepage,
            "Description": life.description,
            "Personal": life.is_personal,
            "Private": life.is_private,
            "Join policy": life.join_policy,
            "Leave policy": life.leave_policy,
            "Members": members.counts(context, [life.id]).get(life.id, 0),
            "Members at most": shown(life.max_members),
            "Created": moment(life.created_at),
            "Ends": moment(life.ends_at),
            "Last application": _standing(life.application),
            "Asked for": _asked(life.application),
        }
        return tuple(told), tuple(told.values())


def _asked(last: Application | None) -> str:
    """Return a line for each thing that an application asks for while nobody has decided."""
    if last is None or last.state != ApplicationState.PENDING:
        return ""
    wish = last.wish
    lines = [
        f"{name.removesuffix('_id')}: {moment(value) if name in ('starts_at', 'ends_at') else value}"
        for name, value in wish.stored().items()
        if name != "limits"
    ]
    lines += [
        f"{name}: {shown(each.of_project)}/{shown(each.of_member)}"
        for name, each in sorted(wish.limits.items())
    ]
    return "\n".join([*lines, *([f"comments: {wish.comments}"] if wish.comments else [])])


class LimitsOf(OfProject, CloudLister):
    """List what a project and each of its members may use, and what is used."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each resource."""
        context = for_worker(self.cloud)
        life = find(context, parsed_args.project)
        held = synnefo_quota.of_projects(context, [life.id])[life.id]
        rows = []
        for name, holding in held.items():
            granted = life.limits.get(name, Limits(holding.limit, UNLIMITED))
            both = shown(granted.of_project), shown(granted.of_member)
            rows.append((name, holding.usage, shown(holding.limit), *both))
        titles = ("Resource", "Usage", "Limit", "Granted to project", "Granted to member")
        return titles, rows


class History(OfProject, CloudLister):
    """List what was done to a project, and by whom."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each change of state."""
        context = for_worker(self.cloud)
        found = lives.history(context, find(context, parsed_args.project).id)
        rows = [
            (iso(e.at), e.noun, e.number or "", e.action, e.before, e.after, e.actor_id, e.reason)
            for e in found
        ]
        return ("At", "Of", "Id", "Action", "Before", "After", "By", "Reason"), rows


class Expired(CloudLister):
    """List the projects that are past their end, and terminate them if told so."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whether they are terminated."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--terminate", action="store_true")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        act = control.terminate_expired if parsed_args.terminate else control.expired
        found = act(for_worker(self.cloud))
        rows = [(e.id, e.name, e.owner_id or "", e.state, moment(e.ends_at)) for e in found]
        return ("Id", "Name", "Owner", "State", "Ended"), rows


class VerifyLimits(CloudLister):
    """Compare the limits of the ledger with what was granted; fails when any differs."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whether they are set right."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--fix", action="store_true", help="set what was granted")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        found = limits.verify(for_worker(self.cloud), is_fixed=parsed_args.fix)
        self.is_wrong = bool(found) and not parsed_args.fix
        rows = [(d.holder, d.source, d.resource, shown(d.limit), shown(d.granted)) for d in found]
        return ("Holder", "Source", "Resource", "Limit", "Granted"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when there are any left."""
        return int(super().run(parsed_args)) or int(self.is_wrong)
