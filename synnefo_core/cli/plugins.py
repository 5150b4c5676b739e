# SPDX-License-Identifier: Apache-2.0
"""``synnefo plugin …``: what is installed and whether it works."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudLister, Table
from synnefo_core.plugins import drivers

COLUMNS = ("Kind", "Name", "Distribution", "Version", "Status")


class List(CloudLister):
    """List hook plugins and drivers; broken ones say why."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        known = self.plugins
        rows = [
            (
                plugin.group.removeprefix("synnefo."),
                plugin.name,
                plugin.distribution,
                plugin.version,
                f"broken: {plugin.problem}" if plugin.problem else "ok",
            )
            for plugin in [*known.loaded, *known.broken, *drivers()]
        ]
        return COLUMNS, sorted(rows)
