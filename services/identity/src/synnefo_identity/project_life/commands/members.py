# SPDX-License-Identifier: Apache-2.0
"""``synnefo project members`` and ``synnefo member …``."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CloudLister, Table
from synnefo_core.context import for_worker
from synnefo_identity.project_life import members
from synnefo_identity.project_life.commands.wording import OfProject, find, moment
from synnefo_identity.project_life.states import MemberState


class Members(OfProject, CloudLister):
    """List who is in a project, or was, or wants to be."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context = for_worker(self.cloud)
        life = find(context, parsed_args.project)
        found = members.index(context, project_id=life.id)
        names = (
            self.cloud.directory.users([m.user_id for m in found]) if self.cloud.directory else {}
        )
        rows = [
            (
                *(each.id, each.user_id),
                names[each.user_id].name if each.user_id in names else "",
                *(each.state, moment(each.requested_at), moment(each.accepted_at)),
            )
            for each in found
        ]
        return ("Id", "User", "Name", "State", "Requested", "Accepted"), rows


class List(CloudLister):
    """List memberships of all projects, or those of a user or in a state."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", help="id or name")
        parser.add_argument("--user", metavar="ID")
        parser.add_argument(
            "--state", action="append", default=[], choices=[*MemberState], help="can be repeated"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context, project = for_worker(self.cloud), parsed_args.project
        project_id = None if project is None else find(context, project).id
        found = [
            each
            for each in members.index(context, project_id=project_id)
            if parsed_args.user in (None, each.user_id)
            and (not parsed_args.state or each.state in parsed_args.state)
        ]
        names = self.cloud.directory.users(m.user_id for m in found) if self.cloud.directory else {}
        rows = [
            (
                *(each.id, each.project_id, each.user_id),
                names[each.user_id].name if each.user_id in names else "",
                *(each.state, moment(each.changed_at)),
            )
            for each in found
        ]
        return ("Id", "Project", "User", "Name", "State", "Changed"), rows


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


class Add(OfProject):
    """Make the user of an e-mail address a member of a project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add who."""
        parser = super().get_parser(prog_name)
        parser.add_argument("email")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Enroll the user."""
        context = for_worker(self.cloud)
        members.enroll(context, find(context, parsed_args.project).id, parsed_args.email)
