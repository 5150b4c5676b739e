# SPDX-License-Identifier: Apache-2.0
"""``synnefo project applications|approve|deny|cancel|dismiss``."""

from __future__ import annotations

import argparse

from synnefo_core.clock import iso
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import for_worker
from synnefo_identity.project_life import applications
from synnefo_identity.project_life.commands.wording import OfProject, find
from synnefo_identity.project_life.states import ApplicationState


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


class Decide(OfProject):
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
            find(context, parsed_args.project).id,
            self.action,
            application_id=parsed_args.application,
            reason=parsed_args.reason,
        )
