# SPDX-License-Identifier: Apache-2.0
"""``synnefo config …``: what can be set."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator

from oslo_config import cfg

from synnefo_core.commands import CloudCommand
from synnefo_core.plugins import DRIVER_GROUPS, driver_class, drivers

DRIVER_SECTIONS = {"storage": "store_NAME", "auth": "auth_NAME", "bus": "bus_NAME"}
"""Where the settings of a kind of driver stand; those of clusters are kept in the database."""


class Sample(CloudCommand):
    """Print a configuration file with every option of every installed plugin and driver."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the sample to standard output."""
        del parsed_args
        for answer in self.plugins.hook.options():
            for section, options in sorted(answer.items()):
                self.say(f"[{section}]\n")
                self._describe(options)
        for kind, section in DRIVER_SECTIONS.items():
            for driver in drivers():
                if driver.group == DRIVER_GROUPS[kind] and not driver.problem:
                    self.say(f"# A section for each {kind} with this driver.\n#[{section}]")
                    self.say(f"#driver = {driver.name}\n")
                    self._describe(driver_class(kind, driver.name).options())

    def _describe(self, options: Iterable[cfg.Opt]) -> None:
        for option in options:
            self.app.stdout.write("\n".join(_described(option)) + "\n\n")


def _described(option: cfg.Opt) -> Iterator[str]:
    for line in textwrap.wrap(option.help or "", 88):
        yield f"# {line}"
    default = "" if option.default is None or option.secret else option.default
    shown = ",".join(map(str, default)) if isinstance(default, list) else default
    yield f"#{option.name} = {shown}".rstrip()
