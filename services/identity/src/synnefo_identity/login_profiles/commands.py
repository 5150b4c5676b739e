# SPDX-License-Identifier: Apache-2.0
"""``synnefo login profile …``: other policies of a login method for some users or groups."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import InvalidField
from synnefo_identity.login_profiles import profiles
from synnefo_identity.login_profiles.profiles import LoginProfile
from synnefo_identity.standing import GROUP, USER

TITLES = ("Name", "Method", "Priority", "Exclusive", "Policies", "Users", "Groups")


def _row(shown: LoginProfile) -> tuple[Any, ...]:
    values = " ".join(f"{name}={_text(value)}" for name, value in sorted(shown.values.items()))
    whose = (" ".join(shown.users), " ".join(shown.groups))
    return (shown.name, shown.method, shown.priority, shown.is_exclusive, values, *whose)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, list | tuple) else str(value)


class List(CloudLister):
    """List all login profiles."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        return TITLES, [_row(each) for each in profiles.index(for_worker(self.cloud))]


class Show(CloudShow):
    """Show a login profile."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return what it says."""
        return TITLES, _row(profiles.show(for_worker(self.cloud), parsed_args.name))


class Set(CloudShow):
    """Make a login profile, or replace what it says."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it says."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        parser.add_argument("method", help="the login method whose policies differ")
        parser.add_argument("policy", nargs="+", metavar="NAME=VALUE", help="such as remove=no")
        parser.add_argument("--priority", type=int, default=0, help="of several the highest counts")
        parser.add_argument(
            "--exclusive",
            action="store_true",
            help="begin anew: the configuration and lower priorities don't count",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Save it and return what it says."""
        saved = profiles.save(
            for_worker(self.cloud),
            parsed_args.name,
            parsed_args.method,
            dict(_pair(text) for text in parsed_args.policy),
            priority=parsed_args.priority,
            is_exclusive=parsed_args.exclusive,
        )
        return TITLES, _row(saved)


class Delete(CloudCommand):
    """Delete a login profile."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        profiles.delete(for_worker(self.cloud), parsed_args.name)


class _Assignment(CloudCommand):
    """Say whose a login profile is."""

    do: Callable[[RequestContext, str, tuple[str, str]], None]

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one, and whose."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="ID")
        whose.add_argument("--group", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Do it."""
        actor = (USER, parsed_args.user) if parsed_args.user else (GROUP, parsed_args.group)
        type(self).do(for_worker(self.cloud), parsed_args.name, actor)


class Assign(_Assignment):
    """Give a login profile to a user or a group."""

    do = staticmethod(profiles.assign)


class Unassign(_Assignment):
    """Take a login profile from a user or a group."""

    do = staticmethod(profiles.unassign)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidField("policy", f"{text!r} is not NAME=VALUE")
    return name, value


COMMANDS: CommandTable = {
    "login profile list": List,
    "login profile show": Show,
    "login profile set": Set,
    "login profile delete": Delete,
    "login profile assign": Assign,
    "login profile unassign": Unassign,
}
