# SPDX-License-Identifier: Apache-2.0
"""``synnefo server move``: servers go to other clusters."""

from __future__ import annotations

import argparse

from synnefo_compute import moving
from synnefo_core.commands import CloudCommand
from synnefo_core.context import for_worker


class Move(CloudCommand):
    """Have a server moved to another cluster that reaches its disks."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one, and where to."""
        parser = super().get_parser(prog_name)
        parser.add_argument("server", metavar="ID")
        parser.add_argument("--to", metavar="BACKEND", required=True, help="the cluster")
        parser.add_argument(
            "--stop", action="store_true", help="stop it for the move if it runs, then start it"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Begin."""
        context, server_id = for_worker(self.cloud), parsed_args.server
        moving.move_server(context, server_id, parsed_args.to, may_stop=parsed_args.stop)
        self.say(f"the server {server_id} is on its way to {parsed_args.to}")
