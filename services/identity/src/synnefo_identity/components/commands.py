# SPDX-License-Identifier: Apache-2.0
"""``synnefo component add|list|show|modify|remove`` and ``synnefo service import``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_core.errors import Invalid
from synnefo_identity import components
from synnefo_identity.components import Component, Made

_TITLES = ("Id", "Name", "Base Url", "Ui Url", "Token Issued", "Token Expires", "Services")
Shown = tuple[Sequence[str], Sequence[Any]]


def _row(component: Component) -> tuple[str, ...]:
    return (
        component.id,
        component.name,
        component.base_url,
        component.ui_url,
        iso(component.token_issued_at),
        iso(component.token_expires_at),
        "\n".join(component.services),
    )


def _shown(made: Made) -> Shown:
    if made.token is None:
        return _TITLES, _row(made.component)
    return (*_TITLES, "Service Token"), (*_row(made.component), made.token)


def _add_places(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument("--base-url", default=default, help="above its endpoints")
    parser.add_argument("--ui-url", default=default, help="where people look at it")


class _OfComponent(CloudShow):
    """A command about one component."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument("component", help="id or name")
        return parser


class Add(CloudShow):
    """Let a program beside this cloud have services in it; shows its service token, once."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        _add_places(parser, "")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Add it."""
        places = {"base_url": parsed_args.base_url, "ui_url": parsed_args.ui_url}
        return _shown(components.add(for_worker(self.cloud), parsed_args.name, **places))


class List(CloudLister):
    """List the components."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        return _TITLES, [_row(each) for each in components.index(for_worker(self.cloud))]


class Show(_OfComponent):
    """Show a component."""

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Return what is known of it."""
        return _TITLES, _row(components.find(for_worker(self.cloud), parsed_args.component))


class Modify(_OfComponent):
    """Change a component; a new service token is shown once and ends the old one."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is to be changed."""
        parser = super().get_parser(prog_name)
        _add_places(parser, None)
        parser.add_argument("--renew-token", action="store_true")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Shown:
        """Change it."""
        changed = components.modify(
            for_worker(self.cloud),
            parsed_args.component,
            base_url=parsed_args.base_url,
            ui_url=parsed_args.ui_url,
            is_renewed=parsed_args.renew_token,
        )
        return _shown(changed)


class Remove(CloudCommand):
    """Remove a component; what is held of its resources stays in the ledger."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("component", help="id or name")
        parser.add_argument("--purge-services", action="store_true", help="its services, too")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Remove it."""
        context = for_worker(self.cloud)
        components.remove(context, parsed_args.component, is_purged=parsed_args.purge_services)


class Import(CloudLister):
    """Take the services in that a component has written down, with endpoints and resources."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add where they are."""
        parser = super().get_parser(prog_name)
        parser.add_argument("file", nargs="?", default="-", help="JSON; standard input: -")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each service."""
        try:
            if parsed_args.file == "-":
                exported = json.load(sys.stdin)
            else:
                exported = json.loads(Path(parsed_args.file).read_bytes())
        except (ValueError, OSError) as cause:
            raise Invalid(str(cause)) from cause
        taken = components.take(for_worker(self.cloud), components.read(exported))
        return ("Id", "Name", "Type", "Endpoints"), [
            (each.id, each.name, each.type, "\n".join(one.url for one in each.endpoints))
            for each in taken
        ]


COMMANDS: CommandTable = {
    "component add": Add,
    "component list": List,
    "component show": Show,
    "component modify": Modify,
    "component remove": Remove,
    "service import": Import,
}
