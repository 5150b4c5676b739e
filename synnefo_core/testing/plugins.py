# SPDX-License-Identifier: Apache-2.0
"""Hook plugins that a test makes up, and the core without what else is installed."""

from __future__ import annotations

import importlib.metadata
from types import SimpleNamespace

from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import HOOKS_GROUP, Plugins


def answering(**answers: object) -> object:
    """Return a hook plugin that answers hooks with values."""
    hooks = {name: hookimpl(lambda answer=answer: answer) for name, answer in answers.items()}
    return SimpleNamespace(**hooks)


def core_and(*plugins: object) -> Plugins:
    """Return the core's own plugin and these, and nothing else that is installed."""
    installed = importlib.metadata.entry_points(group=HOOKS_GROUP)
    extra = {f"test-{number}": plugin for number, plugin in enumerate(plugins)}
    return Plugins(extra, entries=[entry for entry in installed if entry.name == "core"])
