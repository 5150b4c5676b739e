# SPDX-License-Identifier: Apache-2.0
"""The command line ``synnefo``: cliff, with the commands that plugins bring.

A command is a cliff command class whose ``app`` has the assembled cloud as ``app.cloud``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from cliff.app import App
from cliff.command import Command
from cliff.commandmanager import CommandManager
from cliff.lister import Lister
from cliff.show import ShowOne
from sqlalchemy.exc import OperationalError, ProgrammingError

from synnefo_core import __version__, logs
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.contracts.driver import DriverError
from synnefo_core.db import migrations
from synnefo_core.errors import CloudError
from synnefo_core.plugins import Plugins

CommandTable = Mapping[str, type[Command]]
Table = tuple[Sequence[str], Iterable[Any]]
"""What a :class:`CloudLister` returns: column names, and rows of values."""


class _OfCloud:
    """What our commands know of the command line that they belong to."""

    app: App

    @property
    def cloud(self) -> Cloud:
        """The cloud that the options name."""
        return cast("Synnefo", self.app).cloud

    @property
    def plugins(self) -> Plugins:
        """What is installed; needs no configuration."""
        return cast("Synnefo", self.app).plugins

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Run the command; a mistake of the person is one sentence, not a trace."""
        try:
            return int(super().run(parsed_args) or 0)  # type: ignore[misc]  # Command's
        except (CloudError, DriverError) as error:
            self.app.stderr.write(f"synnefo: {error}\n")
        except (OperationalError, ProgrammingError):
            # Databases say in many ways that a table or a column is not there.
            problem = self._problem_of_schema()
            if not problem:
                raise
            self.app.stderr.write(f"synnefo: {problem}\n")
        return 1

    def _problem_of_schema(self) -> str:
        branches = self.cloud.branches()
        behind = migrations.pending(self.cloud.database, branches)
        if len(behind) < len(branches):
            return migrations.told(behind)
        return f"there is no cloud in {self.cloud.data_dir}: `synnefo bootstrap` would make one"

    def say(self, line: str) -> None:
        """Write a line to standard output."""
        self.app.stdout.write(f"{line}\n")


class CloudCommand(_OfCloud, Command):
    """A command that says what it did."""


class CloudLister(_OfCloud, Lister):
    """A command that prints a table (or JSON, CSV, YAML)."""


class CloudShow(_OfCloud, ShowOne):
    """A command that prints one thing."""


class Synnefo(App):
    """The command line of one cloud."""

    def __init__(self) -> None:
        """Collect the commands of the plugins."""
        super().__init__(
            description="Synnefo, a cloud on Ganeti",
            version=__version__,
            command_manager=CommandManager("synnefo.commands"),
            deferred_help=True,
        )
        self.plugins = Plugins()
        for table in self.plugins.hook.commands():
            for name, command in table.items():
                self.command_manager.add_command(name, command)

    def build_option_parser(
        self,
        description: str | None,
        version: str | None,
        argparse_kwargs: dict[str, object] | None = None,
    ) -> argparse.ArgumentParser:
        """Add where the cloud is to cliff's own options."""
        parser = super().build_option_parser(description, version, argparse_kwargs)
        add_place_arguments(parser)
        return parser

    def initialize_app(self, argv: list[str]) -> None:
        """Log only what matters to a person at a terminal."""
        del argv
        self.LOG.setLevel("WARNING")
        logs.quieten()

    @cached_property
    def cloud(self) -> Cloud:
        """The cloud that the options name."""
        return assemble(
            data_dir=self.options.data, files=tuple(self.options.config), plugins=self.plugins
        )

    def clean_up(self, cmd: Command, result: int, err: BaseException | None) -> None:
        """Close what a command opened."""
        del cmd, result, err
        if "cloud" in vars(self):
            self.cloud.close()


def add_place_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--data`` and ``--config`` to a parser."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the cloud's data is")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="one more configuration file",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the entry point ``synnefo``."""
    return int(Synnefo().run(list(sys.argv[1:] if argv is None else argv)))
