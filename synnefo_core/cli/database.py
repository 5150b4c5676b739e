# SPDX-License-Identifier: Apache-2.0
"""``synnefo db …``: the schema."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CloudLister, Table
from synnefo_core.db import migrations


class Upgrade(CloudCommand):
    """Bring the tables of every installed package to their newest revision."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Migrate and say what moved."""
        del parsed_args
        cloud = self.cloud
        moved = migrations.upgrade(cloud.database, cloud.branches())
        self.say(f"upgraded: {', '.join(moved) or 'nothing, all is current'}")


class Status(CloudLister):
    """Show which package's tables are current."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each branch."""
        del parsed_args
        cloud = self.cloud
        behind = set(migrations.pending(cloud.database, cloud.branches()))
        rows = [
            (branch.name, "behind" if branch.name in behind else "current")
            for branch in cloud.branches()
        ]
        return ("Package", "Schema"), sorted(rows)
