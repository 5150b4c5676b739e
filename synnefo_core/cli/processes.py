# SPDX-License-Identifier: Apache-2.0
"""``synnefo run | serve | work | bootstrap``: start the cloud or one part of it.

The long-running ones are here to be listed and explained: :mod:`synnefo_core.entry` starts them
before any command is loaded.
"""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand
from synnefo_core.db import migrations
from synnefo_core.errors import Invalid
from synnefo_core.server import add_arguments


class _Process(CloudCommand):
    """A process as the list of commands shows it; :mod:`synnefo_core.entry` starts it."""

    role = ""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the options that override the configuration."""
        parser = super().get_parser(prog_name)
        add_arguments(parser, self.role)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Refuse: here, among other commands, everything is imported already."""
        del parsed_args
        msg = f"this is a process of its own: start it as `synnefo {self.role}` from a shell"
        raise Invalid(msg)


class Run(_Process):
    """Run the whole cloud in this one process: APIs, worker, database, storage."""

    role = "run"


class Serve(_Process):
    """Serve the APIs; needs a database that several processes may use for more than one worker."""

    role = "serve"


class Work(_Process):
    """Run the worker: sagas, events, periodic tasks."""

    role = "work"


class Bootstrap(CloudCommand):
    """Migrate and make what an empty cloud needs: a first user, flavors, a network."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Migrate, then ask every plugin."""
        del parsed_args
        cloud = self.cloud
        migrations.upgrade(cloud.database, cloud.branches())
        cloud.plugins.hook.bootstrap(cloud=cloud)
