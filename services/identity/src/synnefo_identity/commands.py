# SPDX-License-Identifier: Apache-2.0
"""``synnefo user|group|project|role …`` and ``synnefo fernet rotate``."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import NotFound
from synnefo_core.keys import key_ring
from synnefo_identity import groups, projects, roles, users
from synnefo_identity.domains import DEFAULT
from synnefo_identity.listing import Filter
from synnefo_identity.login_profiles import commands as profile_commands
from synnefo_identity.oauth2 import commands as oauth2_commands
from synnefo_identity.payload import RING


@dataclass(frozen=True)
class Noun:
    """A kind of thing that the commands are about.

    Attributes:
        name: What the commands call it.
        service: The module with its calls.
        columns: The attributes that are shown; the first ones are all that a list shows.
        settable: The attributes that are texts and may be set.
        has_domain: Whether it belongs to a domain.
        has_state: Whether it can be disabled.
    """

    name: str
    service: ModuleType
    columns: tuple[str, ...]
    settable: tuple[str, ...] = ("name", "description")
    has_domain: bool = True
    has_state: bool = False

    def find(self, context: RequestContext, text: str, domain_id: str) -> Any:
        """Return the thing of an id, or else of a name in a domain.

        Raises:
            NotFound: There is none.
        """
        try:
            return self.service.show(context, text)
        except NotFound:
            only = Filter(domain_id=domain_id if self.has_domain else None, names=[("", text)])
            found = self.service.index(context, only)
        if not found:
            raise NotFound(self.name, text)
        return found[0]

    def row(self, thing: Any) -> tuple[Any, ...]:
        """Return the shown values of a thing."""
        return tuple(getattr(thing, column) for column in self.columns)

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns as people read them."""
        return tuple(
            column.removeprefix("is_").replace("_", " ").title() for column in self.columns
        )


NOUNS = (
    Noun(
        "user",
        users,
        ("id", "name", "domain_id", "email", "is_enabled", "description", "default_project_id"),
        settable=("name", "email", "description", "default_project_id"),
        has_state=True,
    ),
    Noun("group", groups, ("id", "name", "domain_id", "description")),
    Noun(
        "project",
        projects,
        ("id", "name", "domain_id", "is_enabled", "description"),
        has_state=True,
    ),
    Noun("role", roles, ("id", "name", "description"), has_domain=False),
)


def _add_domain(parser: argparse.ArgumentParser, noun: Noun) -> None:
    if noun.has_domain:
        parser.add_argument("--domain", default=DEFAULT, metavar="ID", help="default: %(default)s")


def _add_values(parser: argparse.ArgumentParser, noun: Noun, *, skipped: str = "") -> None:
    for attribute in noun.settable:
        if attribute != skipped:
            parser.add_argument(f"--{attribute.replace('_', '-')}", dest=attribute)
    if noun.has_state:
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--enable", dest="is_enabled", action="store_true", default=None)
        state.add_argument("--disable", dest="is_enabled", action="store_false", default=None)
    if noun.service is users:
        parser.add_argument(
            "--password", action="store_true", help="ask for a password, or read a line of input"
        )


def _values(parsed_args: argparse.Namespace, noun: Noun) -> dict[str, Any]:
    given = ((name, getattr(parsed_args, name, None)) for name in (*noun.settable, "is_enabled"))
    return {name: value for name, value in given if value is not None}


def _password(parsed_args: argparse.Namespace) -> dict[str, str]:
    if not getattr(parsed_args, "password", False):
        return {}
    if sys.stdin.isatty():
        return {"password": getpass.getpass()}
    return {"password": sys.stdin.readline().rstrip("\n")}


class List(CloudLister):
    """List all of a kind."""

    noun: Noun

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the domain."""
        parser = super().get_parser(prog_name)
        if self.noun.has_domain:
            parser.add_argument("--domain", metavar="ID", help="only those of a domain")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        only = Filter(domain_id=getattr(parsed_args, "domain", None))
        found = self.noun.service.index(for_worker(self.cloud), only)
        return self.noun.titles, [self.noun.row(thing) for thing in found]


class Show(CloudShow):
    """Show one, by id or by name."""

    noun: Noun

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("which", metavar=self.noun.name, help="id or name")
        _add_domain(parser, self.noun)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return its attributes."""
        domain_id = getattr(parsed_args, "domain", DEFAULT)
        found = self.noun.find(for_worker(self.cloud), parsed_args.which, domain_id)
        return self.noun.titles, self.noun.row(found)


class Create(CloudShow):
    """Make one."""

    noun: Noun

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        _add_domain(parser, self.noun)
        _add_values(parser, self.noun, skipped="name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Make it and return its attributes."""
        place = (parsed_args.domain,) if self.noun.has_domain else ()
        values, password = _values(parsed_args, self.noun), _password(parsed_args)
        made = self.noun.service.create(for_worker(self.cloud), *place, values, **password)
        return self.noun.titles, self.noun.row(made)


class Set(CloudCommand):
    """Change one."""

    noun: Noun

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one and what it is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("which", metavar=self.noun.name, help="id or name")
        _add_domain(parser, self.noun)
        _add_values(parser, self.noun)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        context, domain_id = for_worker(self.cloud), getattr(parsed_args, "domain", DEFAULT)
        found = self.noun.find(context, parsed_args.which, domain_id)
        values, password = _values(parsed_args, self.noun), _password(parsed_args)
        self.noun.service.update(context, found.id, values, **password)


class Delete(CloudCommand):
    """Delete one."""

    noun: Noun

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("which", metavar=self.noun.name, help="id or name")
        _add_domain(parser, self.noun)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        context, domain_id = for_worker(self.cloud), getattr(parsed_args, "domain", DEFAULT)
        found = self.noun.find(context, parsed_args.which, domain_id)
        self.noun.service.delete(context, found.id)


class FernetRotate(CloudCommand):
    """Seal new tokens with the staged key, and stage a new one; tokens stay valid.

    Where several hosts have copies of the keys, copy DIR/keys/fernet to all of them before the
    next rotation.
    """

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Rotate the keys of tokens; running processes see it by themselves."""
        del parsed_args
        key_ring(self.cloud, RING).rotate(self.cloud.config.identity.token_lifetime_s)


def _of(noun: Noun, command: type[Any], description: str) -> type[Any]:
    return type(command.__name__, (command,), {"noun": noun, "__doc__": description})


COMMANDS: CommandTable = {
    "fernet rotate": FernetRotate,
    **oauth2_commands.COMMANDS,
    **profile_commands.COMMANDS,
    **{
        f"{noun.name} {verb}": _of(noun, command, description.format(noun.name))
        for noun in NOUNS
        for verb, command, description in (
            ("list", List, "List all {}s."),
            ("show", Show, "Show a {}."),
            ("create", Create, "Make a {}."),
            ("set", Set, "Change a {}."),
            ("delete", Delete, "Delete a {}."),
        )
        # A list of projects tells what became of them, too: project_life.commands.
        if (noun.name, verb) != ("project", "list")
    },
}
