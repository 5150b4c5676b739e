# SPDX-License-Identifier: Apache-2.0
"""The forms that the room's commands have in common."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CloudLister, CloudShow
from synnefo_network.values import Listing


class OfProjects(CloudLister):
    """A list that can be narrowed to a project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", default="", metavar="ID", help="only this project's")
        return parser

    def listing(self, parsed_args: argparse.Namespace, **more: str) -> Listing:
        """Return which are wanted: the project's, and those with ``more`` as far as it is named."""
        asked = {"project_id": parsed_args.project, **more}
        return Listing({name: [value] for name, value in asked.items() if value})


class OfOne(CloudCommand):
    """A command about one thing."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id", metavar="ID")
        return parser


class OfOneAndProject(OfOne):
    """A command about one thing and another project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which project."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", metavar="PROJECT")
        return parser


class ShowOne(CloudShow):
    """Show one thing."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id", metavar="ID")
        return parser
