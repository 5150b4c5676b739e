# SPDX-License-Identifier: Apache-2.0
"""Commands by which operators look after people: what ``user-modify`` of the original did (AST-096)."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_identity import groups, links, listing, terms, users
from synnefo_identity.accounts import (
    administrators,
    commands,
    enrolment,
    invitations,
    people,
    statistics,
)
from synnefo_identity.accounts.people import Account
from synnefo_identity.accounts.states import State

Shown = tuple[Sequence[str], Sequence[Any]]
_LISTED = ("Id", "Name", "Domain Id", "Email", "Enabled", "Status")


def _listed(account: Account) -> tuple[Any, ...]:
    user = account.user
    return user.id, user.name, user.domain_id, user.email, user.is_enabled, account.state


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else iso(seconds)


class List(CloudLister):
    """List users."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--domain", default="default", metavar="ID", help="%(default)s")
        parser.add_argument("--status", choices=[*State], type=State)
        parser.add_argument("--email", help="who has this address")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = people.index(
            for_worker(self.cloud),
            state=parsed_args.status,
            email=parsed_args.email,
            domain_id=parsed_args.domain,
        )
        return _LISTED, [_listed(account) for account in found]


class _OfUser:
    """Says which user a command is about."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)  # type: ignore[misc]
        parser.add_argument("which", metavar="user", help="id or name")
        parser.add_argument("--domain", default="default", metavar="ID", help="%(default)s")
        return parser


class Show(_OfUser, CloudShow):
    """Show what is known of a user."""

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Return its attributes."""
        context = for_worker(self.cloud)
        user_id = commands.find(context, parsed_args.which, parsed_args.domain)
        account = people.show(context, user_id)
        user = account.user
        titles = (
            *("Description", "Default Project Id", "Verified", "Accepted By", "Reason"),
            *("Groups", "Logins", "Terms"),
        )
        return (*_LISTED, *titles), (
            *_listed(account),
            user.description,
            user.default_project_id,
            _moment(account.verified_at),
            account.acceptance_policy,
            account.rejection_reason or account.deactivation_reason,
            "\n".join(group.name for group in groups.of_user(context, user_id)),
            "\n".join(_logins(context, user_id)),
            terms.version_of(context, user_id),
        )


def _logins(context: RequestContext, user_id: str) -> list[str]:
    return [
        f"{method.name} {link.subject} {_moment(link.last_login_at) or 'never'}"
        for method in links.index(context, user_id)
        for link in method.links
    ]


class Enroll(CloudShow):
    """Make an account that needs no proof and no moderator; shows its password, once."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whose."""
        parser = super().get_parser(prog_name)
        parser.add_argument("email", help="also the login name")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Make it."""
        given = {"given_name": parsed_args.first_name, "family_name": parsed_args.last_name}
        names = {name: text for name, text in given.items() if text}
        made = enrolment.enroll(for_worker(self.cloud), parsed_args.email, names)
        return (*_LISTED, "Password"), (*_listed(made.account), made.password)


class RenewPassword(_OfUser, CloudShow):
    """Give a user another password, which ends all tokens; shows it, once."""

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Give it."""
        context, password = for_worker(self.cloud), secrets.token_urlsafe(15)
        user_id = commands.find(context, parsed_args.which, parsed_args.domain)
        users.update(context, user_id, {}, password=password)
        return ("Id", "Password"), (user_id, password)


class ChangeEmail(_OfUser, CloudShow):
    """Give a user another address, which is believed; a login name that was one follows."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the address."""
        parser = super().get_parser(prog_name)
        parser.add_argument("email")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Change it."""
        context = for_worker(self.cloud)
        user_id = commands.find(context, parsed_args.which, parsed_args.domain)
        account = enrolment.update(context, user_id, {"email": parsed_args.email})
        return _LISTED, _listed(account)


class OfUser(_OfUser, CloudCommand):
    """Do something about a user."""

    do: Callable[[RequestContext, str], object]

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it."""
        context = for_worker(self.cloud)
        user_id = commands.find(context, parsed_args.which, parsed_args.domain)
        type(self).do(context, user_id)


class InGroup(_OfUser, CloudCommand):
    """Change who is in a group."""

    do: Callable[[RequestContext, str, str], object]

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which group."""
        parser = super().get_parser(prog_name)
        parser.add_argument("group", help="id, or name in the same domain")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        context, domain_id = for_worker(self.cloud), parsed_args.domain
        user_id = commands.find(context, parsed_args.which, domain_id)
        only = listing.Filter(domain_id=domain_id, names=[("", parsed_args.group)])
        named = groups.index(context, only)
        type(self).do(context, named[0].id if named else parsed_args.group, user_id)


class ChangeLevel(_OfUser, CloudCommand):
    """Give a user another level, which says how many people the user may invite."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the level."""
        parser = super().get_parser(prog_name)
        parser.add_argument("level", type=int, choices=range(invitations.HIGHEST + 1))
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Give it."""
        context = for_worker(self.cloud)
        user_id = commands.find(context, parsed_args.which, parsed_args.domain)
        invitations.change_level(context, user_id, parsed_args.level)


class Statistics(CloudShow):
    """Count users, in all and by login method, and who has registered only."""

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Return the counts."""
        del parsed_args
        found = statistics.detail(for_worker(self.cloud))
        by_method = [(f"By {name}", each.total) for name, each in sorted(found.methods.items())]
        titles, counts = zip(
            ("Users", found.users.total),
            ("Active", found.users.active),
            ("Registrations", found.registrations),
            *by_method,
            strict=True,
        )
        return titles, counts


def _sign(context: RequestContext, user_id: str) -> None:
    terms.agree(context, user_id, terms.show(context).version)


def _step(do: Callable[..., object], description: str, kind: type[Any] = OfUser) -> type[Any]:
    return type(kind.__name__, (kind,), {"do": staticmethod(do), "__doc__": description})


COMMANDS: CommandTable = {
    "user list": List,
    "user show": Show,
    "user enroll": Enroll,
    "user email set": ChangeEmail,
    "user level set": ChangeLevel,
    "user password renew": RenewPassword,
    "user statistics": Statistics,
    "user tokens end": _step(enrolment.end_tokens, "End all tokens of a user."),
    "user admin appoint": _step(administrators.appoint, "Make a user an administrator."),
    "user admin dismiss": _step(administrators.dismiss, "Make an administrator a plain user."),
    "user group add": _step(groups.add_user, "Put a user into a group.", InGroup),
    "user group remove": _step(groups.remove_user, "Take a user out of a group.", InGroup),
    "terms sign": _step(_sign, "Agree to the newest terms of use for a user who did on paper."),
}
