# SPDX-License-Identifier: Apache-2.0
"""``synnefo run | serve | work | bootstrap``: start the cloud or one part of it.

The long-running ones become a fresh interpreter on :mod:`synnefo_core.server`, which
decides about its runtime before anything else is imported.
"""

from __future__ import annotations

import argparse
import os
import sys

from synnefo_core import config as configuration
from synnefo_core.commands import CloudCommand
from synnefo_core.db import migrations
from synnefo_core.server import add_arguments


class _Process(CloudCommand):
    """A command that becomes another process."""

    role = ""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the options that override the configuration."""
        parser = super().get_parser(prog_name)
        add_arguments(parser, self.role)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Replace this process."""
        # Options may stand before the command (for all commands) or behind it.
        arguments = [sys.executable, "-m", "synnefo_core.server", self.role]
        data = parsed_args.data or self.app.options.data
        if data:
            arguments += ["--data", str(data)]
        for path in [*self.app.options.config, *parsed_args.config]:
            arguments += ["--config", str(path)]
        runtime = parsed_args.runtime or self._runtime(parsed_args)
        arguments += ["--runtime", runtime]
        for name in ("host", "port", "workers"):
            value = getattr(parsed_args, name, None)
            if value is not None:
                arguments += [f"--{name}", str(value)]
        os.execv(sys.executable, arguments)  # noqa: S606  # our own interpreter

    def _runtime(self, parsed_args: argparse.Namespace) -> str:
        """Read from the configuration what must be known before the process begins."""
        if self.role == "work":
            return "threads"
        config = configuration.load(
            self.plugins,
            data_dir=parsed_args.data or self.app.options.data,
            files=[*self.app.options.config, *parsed_args.config],
        )
        return str(config.server.runtime)


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
