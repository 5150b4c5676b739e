# SPDX-License-Identifier: Apache-2.0
"""``synnefo config …``: what can be set."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterator

from oslo_config import cfg

from synnefo_core.commands import CloudCommand


class Sample(CloudCommand):
    """Print a configuration file with every option of every installed plugin."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Write the sample to standard output."""
        del parsed_args
        for answer in self.plugins.hook.options():
            for section, options in sorted(answer.items()):
                self.say(f"[{section}]\n")
                for option in options:
                    self.app.stdout.write("\n".join(_described(option)) + "\n\n")


def _described(option: cfg.Opt) -> Iterator[str]:
    for line in textwrap.wrap(option.help or "", 88):
        yield f"# {line}"
    default = "" if option.default is None or option.secret else option.default
    shown = ",".join(default) if isinstance(default, list) else default
    yield f"#{option.name} = {shown}".rstrip()
