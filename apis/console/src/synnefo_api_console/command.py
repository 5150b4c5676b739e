# SPDX-License-Identifier: Apache-2.0
"""The process ``synnefo console``."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from synnefo_api_console.proxy import Proxy
from synnefo_core import logs
from synnefo_core.commands import CloudCommand
from synnefo_core.db import migrations


class Console(CloudCommand):
    """Show the screens of servers to browsers, until told to end."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what only a process that starts this one says."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--companion", action="store_true", help="end when standard input does")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> int:
        """Be the proxy."""
        cloud = self.cloud
        logs.configure(cloud.config.log.format, cloud.config.log.level)
        migrations.require_current(cloud.database, cloud.branches())
        asyncio.run(self._serve(is_companion=parsed_args.companion))
        return 0

    async def _serve(self, *, is_companion: bool) -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        if is_companion:
            loop.add_reader(sys.stdin.fileno(), ended.set)  # nothing is said there but the end
        async with Proxy(self.cloud).listening() as port:
            self.say(f"Synnefo's consoles are at port {port}")
            self.app.stdout.flush()
            await ended.wait()
