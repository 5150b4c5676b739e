# SPDX-License-Identifier: Apache-2.0
"""``synnefo user accept|reject|…``, ``synnefo registration …`` and ``synnefo terms …``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import NotFound
from synnefo_identity import listing, terms, users
from synnefo_identity.accounts import activation, moderation, people, registrations
from synnefo_identity.accounts.people import Account
from synnefo_identity.accounts.states import State

TITLES = ("Id", "Name", "Email", "Status", "Reason")


def _row(account: Account) -> tuple[str, ...]:
    reason = {
        State.REJECTED: account.rejection_reason,
        State.INACTIVE: account.deactivation_reason,
    }.get(account.state, "")
    user = account.user
    return user.id, user.name, user.email, account.state, reason


def find(context: RequestContext, text: str, domain_id: str) -> str:
    """Return the id of the user of an id, or else of a name in a domain.

    Raises:
        NotFound: There is none.
    """
    try:
        return users.show(context, text).id
    except NotFound:
        only = listing.Filter(domain_id=domain_id, names=[("", text)])
        found = users.index(context, only)
    if not found:
        noun = "user"
        raise NotFound(noun, text)
    return found[0].id


class Decide(CloudShow):
    """Decide about a user."""

    decide: Callable[..., Account]
    has_reason: bool

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add about whom, and why."""
        parser = super().get_parser(prog_name)
        parser.add_argument("which", metavar="user", help="id or name")
        parser.add_argument("--domain", default="default", metavar="ID", help="%(default)s")
        if self.has_reason:
            parser.add_argument("--reason", default="", help="why; kept with the account")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Decide, and return what the account is now."""
        context = for_worker(self.cloud)
        user_id = find(context, parsed_args.which, parsed_args.domain)
        reason = (parsed_args.reason,) if self.has_reason else ()
        return TITLES, _row(self.decide(context, user_id, *reason))


class Waiting(CloudLister):
    """List the users who wait to be accepted."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        found = people.index(for_worker(self.cloud), state=State.PENDING)
        return TITLES, [_row(account) for account in found]


class Registrations(CloudLister):
    """List who has registered and not proven the address yet."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        found = registrations.index(for_worker(self.cloud))
        return ("Id", "Email", "Created"), [
            (each.id, each.email, iso(each.created_at)) for each in found
        ]


class Terms(CloudLister):
    """List the versions of the terms of use, the newest first."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        found = terms.index(for_worker(self.cloud))
        return ("Version", "Location", "Published"), [
            (each.version, each.location, iso(each.published_at)) for each in found
        ]


class PublishTerms(CloudCommand):
    """Make a new version of the terms of use, which all people have to agree to."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add where they are."""
        parser = super().get_parser(prog_name)
        parser.add_argument("location", help="the address at which people read them")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Publish them."""
        published = terms.publish(for_worker(self.cloud), parsed_args.location)
        self.say(f"version {published.version}")


class OfRegistration(CloudCommand):
    """Do something about a registration."""

    do: Callable[[RequestContext, str], object]

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("which", metavar="registration", help="id")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it."""
        self.do(for_worker(self.cloud), parsed_args.which)


def _decision(decide: Callable[..., Account], description: str, *, has_reason: bool) -> type[Any]:
    values = {"decide": staticmethod(decide), "has_reason": has_reason, "__doc__": description}
    return type("Decide", (Decide,), values)


def _step(do: Callable[[RequestContext, str], object], description: str) -> type[Any]:
    return type(
        "OfRegistration", (OfRegistration,), {"do": staticmethod(do), "__doc__": description}
    )


_plain, _with_reason = (partial(_decision, has_reason=known) for known in (False, True))

COMMANDS: CommandTable = {
    "user pending": Waiting,
    "user accept": _plain(moderation.accept, "Let in a user who waits or was rejected."),
    "user reject": _with_reason(moderation.reject, "Decide against a user who waits."),
    "user activate": _plain(activation.activate, "Let in a user who was shut out."),
    "user deactivate": _with_reason(activation.deactivate, "Shut a user out."),
    "registration list": Registrations,
    "registration verify": _step(
        registrations.verify_by_hand, "Make a user of it: you know whose the address is."
    ),
    "registration send": _step(registrations.send_again, "Send its letter again."),
    "registration delete": _step(registrations.delete, "Forget it."),
    "terms list": Terms,
    "terms publish": PublishTerms,
}
