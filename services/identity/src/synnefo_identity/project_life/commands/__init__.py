# SPDX-License-Identifier: Apache-2.0
"""``synnefo project …`` and ``synnefo member …``: what becomes of projects (AST-101)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from synnefo_core.commands import CommandTable
from synnefo_identity.project_life.commands.applications import Applications, Decide
from synnefo_identity.project_life.commands.members import Act, Add, List as MemberList, Members
from synnefo_identity.project_life.commands.projects import (
    Control,
    Expired,
    History,
    LimitsOf,
    List,
    Modify,
    Overview,
    VerifyLimits,
)


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
    "project list": List,
    "project members": Members,
    "project modify": Modify,
    "project overview": Overview,
    "project verify": VerifyLimits,
    "member add": Add,
    "member list": MemberList,
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
