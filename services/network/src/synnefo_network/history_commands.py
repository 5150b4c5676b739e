# SPDX-License-Identifier: Apache-2.0
"""``synnefo ip-history``: who had an address, and when."""

from __future__ import annotations

import argparse

from synnefo_core.clock import iso
from synnefo_core.commands import CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network.history import list_history

_WORDS = {True: "attached", False: "detached"}
_ROWS = 1000


class IpHistory(CloudLister):
    """List which servers got and lost which public addresses, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--address", default="", metavar="IP", help="only this address")
        parser.add_argument("--server", default="", metavar="ID", help="only this server")
        parser.add_argument("--limit", type=int, default=_ROWS, help="so many rows at most")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each time."""
        found = list_history(
            for_worker(self.cloud),
            ip=parsed_args.address,
            device_id=parsed_args.server,
            limit=max(parsed_args.limit, 0),
        )
        names = "Time", "Address", "Server", "Project", "User", "What", "Why"
        return names, [
            (
                iso(each.at),
                each.ip,
                each.device_id,
                each.project_id,
                each.user_id,
                _WORDS[each.is_attached],
                each.because,
            )
            for each in found
        ]


COMMANDS: CommandTable = {"ip-history": IpHistory}
