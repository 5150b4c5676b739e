# SPDX-License-Identifier: Apache-2.0
"""How operators name projects, and how numbers and times are written for them and by them."""

from __future__ import annotations

import argparse

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_identity.project_life import lives
from synnefo_identity.project_life.lives import Selection
from synnefo_identity.project_life.states import ALIVE, ProjectState
from synnefo_identity.project_life.values import Life


def find(context: RequestContext, text: str) -> Life:
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


def shown(limit: int | None) -> str:
    return "unlimited" if limit == UNLIMITED else "-" if limit is None else str(limit)


def number(field: str, text: str) -> int:
    if text == "unlimited":
        return UNLIMITED
    if not text.isdecimal():
        raise InvalidField(field, "must be a number or unlimited")
    return int(text)


def moment(seconds: float | None) -> str:
    return "" if seconds is None else iso(seconds)


class OfProject(CloudCommand):
    """A command about one project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser: argparse.ArgumentParser = super().get_parser(prog_name)
        parser.add_argument("project", help="id or name")
        return parser
