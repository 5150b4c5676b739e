# SPDX-License-Identifier: Apache-2.0
"""``synnefo project …`` and ``synnefo member …``: what becomes of projects (AST-101)."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import synnefo_quota
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_identity.project_life import applications, control, limits, lives, members
from synnefo_identity.project_life.lives import Selection
from synnefo_identity.project_life.states import (
    ALIVE,
    ApplicationState,
    JoinPolicy,
    ProjectState,
)
from synnefo_identity.project_life.values import Life, Limits, Wish


def _find(context: RequestContext, text: str) -> Life:
    """Return the project of an id, or else the one that is alive, or applied for, of a name."""
    try:
        return lives.show(context, text)
    except NotFound:
        states = [*ALIVE, ProjectState.UNINITIALIZED]
        found = lives.index(context, Selection(names=[text], states=states))
    if len(found) > 1:
        raise Conflict(f"{len(found)} projects are called {text}: say which by its id")
    if not found:
        raise NotFound("project", text)
    return found[0]


def _shown(limit: int | None) -> str:
    return "unlimited" if limit == UNLIMITED else "-" if limit is None else str(limit)


def _number(field: str, text: str) -> int:
    if text == "unlimited":
        return UNLIMITED
    if not text.isdecimal():
        raise InvalidField(field, "must be a number or unlimited")
    return int(text)


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else iso(seconds)


class _OfProject(CloudCommand):
    """A command about one project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument("project", help="id or name")
        return parser


class Applications(CloudLister):
    """List the applications that wait for a decision, or others."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the state."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--state", choices=[*ApplicationState], default="pending")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = applications.index(for_worker(self.cloud), parsed_args.state)
        rows = [
            (
                *(each.id, each.project_id, each.wish.name or "", each.applicant_id),
                *(iso(each.issued_at), each.wish.comments),
            )
            for each in found
        ]
        return ("Id", "Project", "Name", "Applicant", "Issued", "Comments"), rows


class Decide(_OfProject):
    """Decide about an application."""

    action: str

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which application, and why."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--application", type=int, metavar="ID", help="default: the last one")
        parser.add_argument("--reason", default="")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Decide."""
        context = for_worker(self.cloud)
        applications.resolve(
            context,
            _find(context, parsed_args.project).id,
            self.action,
            application_id=parsed_args.application,
            reason=parsed_args.reason,
        )


class Control(_OfProject):
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
        project_id = _find(context, parsed_args.project).id
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
        parser.add_argument("--owner", metavar="ID")
        parser.add_argument("--homepage")
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
            control.change(context, _find(context, parsed_args.project).id, wish)
            return
        if wish != Wish(limits=wish.limits):
            raise Conflict("of all personal projects only the limits can be changed")
        changed = control.change_personal(context, wish, excluded=parsed_args.exclude)
        self.say(f"{len(changed)} personal projects changed")


def _wish(parsed_args: argparse.Namespace) -> Wish:
    ends, most = parsed_args.end_date, parsed_args.max_members
    return Wish(
        owner_id=parsed_args.owner,
        homepage=parsed_args.homepage,
        ends_at=None if ends is None else _seconds(ends),
        join_policy=parsed_args.join_policy,
        leave_policy=parsed_args.leave_policy,
        max_members=None if most is None else _number("max-members", most),
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
    whole = _number("limit", of_project)
    return resource, Limits(whole, _number("limit", of_member) if of_member else whole)


class Overview(_OfProject, CloudShow):
    """Show what has become of a project."""

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return its state, its people's rules and its last application."""
        life = _find(for_worker(self.cloud), parsed_args.project)
        last = life.application
        shown = {
            "Id": life.id,
            "Name": life.name,
            "State": life.state,
            "Owner": life.owner_id or "",
            "Personal": life.is_personal,
            "Private": life.is_private,
            "Join policy": life.join_policy,
            "Leave policy": life.leave_policy,
            "Members at most": _shown(life.max_members),
            "Created": _moment(life.created_at),
            "Ends": _moment(life.ends_at),
            "Last application": "" if last is None else f"{last.id} {last.state}",
        }
        return tuple(shown), tuple(shown.values())


class LimitsOf(_OfProject, CloudLister):
    """List what a project and each of its members may use, and what is used."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each resource."""
        context = for_worker(self.cloud)
        life = _find(context, parsed_args.project)
        held = synnefo_quota.of_projects(context, [life.id])[life.id]
        rows = []
        for name, holding in held.items():
            granted = life.limits.get(name, Limits(holding.limit, UNLIMITED))
            both = _shown(granted.of_project), _shown(granted.of_member)
            rows.append((name, holding.usage, _shown(holding.limit), *both))
        titles = ("Resource", "Usage", "Limit", "Granted to project", "Granted to member")
        return titles, rows


class Members(_OfProject, CloudLister):
    """List who is in a project, or was, or wants to be."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context = for_worker(self.cloud)
        life = _find(context, parsed_args.project)
        found = members.index(context, project_id=life.id)
        names = (
            self.cloud.directory.users([m.user_id for m in found]) if self.cloud.directory else {}
        )
        rows = [
            (
                *(each.id, each.user_id),
                names[each.user_id].name if each.user_id in names else "",
                *(each.state, _moment(each.requested_at), _moment(each.accepted_at)),
            )
            for each in found
        ]
        return ("Id", "User", "Name", "State", "Requested", "Accepted"), rows


class History(_OfProject, CloudLister):
    """List what was done to a project, and by whom."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each change of state."""
        context = for_worker(self.cloud)
        found = lives.history(context, _find(context, parsed_args.project).id)
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
        rows = [(e.id, e.name, e.owner_id or "", e.state, _moment(e.ends_at)) for e in found]
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
        rows = [(d.holder, d.source, d.resource, _shown(d.limit), _shown(d.granted)) for d in found]
        return ("Holder", "Source", "Resource", "Limit", "Granted"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when there are any left."""
        return int(super().run(parsed_args)) or int(self.is_wrong)


class Act(CloudCommand):
    """Do something to a membership."""

    action: str

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one, and why."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument("membership", type=int, help="its id: see `synnefo project members`")
        parser.add_argument("--reason", default="")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it."""
        context, reason = for_worker(self.cloud), parsed_args.reason
        members.act(context, parsed_args.membership, self.action, reason=reason)


class Add(_OfProject):
    """Make the user of an e-mail address a member of a project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add who."""
        parser = super().get_parser(prog_name)
        parser.add_argument("email")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Enroll the user."""
        context = for_worker(self.cloud)
        members.enroll(context, _find(context, parsed_args.project).id, parsed_args.email)


def _of(command: type[Any], noun: str, actions: Iterable[tuple[str, str]]) -> dict[str, type[Any]]:
    """Return a command for each action."""
    return {
        f"{noun} {action}": type(command.__name__, (command,), {"action": action, "__doc__": told})
        for action, told in actions
    }


COMMANDS: CommandTable = {
    "project applications": Applications,
    "project expired": Expired,
    "project history": History,
    "project limits": LimitsOf,
    "project members": Members,
    "project modify": Modify,
    "project overview": Overview,
    "project verify": VerifyLimits,
    "member add": Add,
    **_of(
        Decide,
        "project",
        [
            ("approve", "Approve an application."),
            ("deny", "Deny an application."),
            ("cancel", "Cancel an application that is pending."),
            ("dismiss", "Dismiss an application that was denied."),
        ],
    ),
    **_of(
        Control,
        "project",
        [
            ("suspend", "Suspend a project: nobody gets anything more in it."),
            ("unsuspend", "End the suspension of a project."),
            ("terminate", "Terminate a project: its name is free again."),
            ("reinstate", "Let a terminated project go on."),
        ],
    ),
    **_of(
        Act,
        "member",
        [
            ("accept", "Accept who wants to join."),
            ("reject", "Reject who wants to join, or to leave."),
            ("remove", "Remove a member."),
            ("suspend", "Suspend a member."),
            ("unsuspend", "End the suspension of a member."),
        ],
    ),
}
