# SPDX-License-Identifier: Apache-2.0
"""``synnefo resource …``: what is counted, and what new projects get of it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from synnefo_core.commands import CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_core.errors import Invalid
from synnefo_quota import registry
from synnefo_quota.commands import amounts
from synnefo_quota.registry import Owned

TITLES = ("Name", "Description", "Unit", "Service", "User default", "Project default", "Shown")


def _row(owned: Owned, *, is_human: bool = False) -> tuple[Any, ...]:
    known = owned.resource
    limits = known.user_default, known.project_default
    shown = (amounts.shown(limit, known.unit, is_human=is_human) for limit in limits)
    return known.name, known.description, known.unit, owned.owner, *shown, known.is_shown


class List(CloudLister):
    """List what is counted."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add how amounts are shown."""
        parser = super().get_parser(prog_name)
        amounts.add_human(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each resource."""
        found = sorted(registry.resources(self.cloud).items())
        return TITLES, [_row(owned, is_human=parsed_args.human) for _, owned in found]


class Show(CloudShow):
    """Show a resource."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name", help="cyclades.vm")
        amounts.add_human(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return its attributes."""
        owned = registry.resource(self.cloud, parsed_args.name)
        return TITLES, _row(owned, is_human=parsed_args.human)


class Import(CloudLister):
    """Change the defaults and visibility of many resources to what a JSON file says.

    It is an object by names: {"cyclades.vm": {"user_default": 5, "project_default": "unlimited",
    "is_shown": true}}. What it leaves out stays; all of it is looked at before anything changes.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the file."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "file", type=argparse.FileType("r", encoding="utf-8"), help="- is input"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Change them and return a row for each."""
        context, wanted = for_worker(self.cloud), _wanted(parsed_args.file.read())
        for name in wanted:
            registry.resource(self.cloud, name)
        for name, values in sorted(wanted.items()):
            registry.modify(context, name, **values)
        found = registry.resources(self.cloud)
        return TITLES, [_row(found[name]) for name in sorted(wanted)]


def _wanted(text: str) -> dict[str, dict[str, Any]]:
    try:
        told = json.loads(text)
        return {name: {key: _value(key, v) for key, v in told[name].items()} for name in told}
    except (ValueError, TypeError, AttributeError, argparse.ArgumentTypeError) as cause:
        msg = f"this is no list of resources: {cause}"
        raise Invalid(msg) from cause


def _value(key: str, value: object) -> bool | int:
    """Read a value of the file.

    Raises:
        ValueError: There is no such key, or the value is not of its kind.
    """
    if key == "is_shown" and isinstance(value, bool):
        return value
    if key in ("user_default", "project_default") and not isinstance(value, bool):
        return amounts.amount(str(value))
    msg = f"{key} can't be {value!r}"
    raise ValueError(msg)


class Modify(CloudShow):
    """Change what future users and projects get; those that are there keep their limits."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is to change."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name", help="cyclades.vm")
        parser.add_argument(
            "--user-default", type=amounts.amount, help="limit of users' personal projects"
        )
        parser.add_argument(
            "--project-default", type=amounts.amount, help="limit of all other projects"
        )
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument("--show", dest="is_shown", action="store_true", default=None)
        shown.add_argument("--hide", dest="is_shown", action="store_false", default=None)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Change it and return its attributes."""
        registry.modify(
            for_worker(self.cloud),
            parsed_args.name,
            user_default=parsed_args.user_default,
            project_default=parsed_args.project_default,
            is_shown=parsed_args.is_shown,
        )
        return TITLES, _row(registry.resource(self.cloud, parsed_args.name))
