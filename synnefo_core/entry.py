# SPDX-License-Identifier: Apache-2.0
"""The entry point ``synnefo``: a process, or a command.

A long-running process must choose its runtime before anything else is imported, so this is
decided here, from the words alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from synnefo_core import server

_WITH_VALUE = ("--data", "--config")


def role_of(argv: Sequence[str]) -> str:
    """Return the first word that is neither an option nor an option's value."""
    words = iter(argv)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def main() -> int:
    """Run ``synnefo`` with the arguments of this process."""
    argv = sys.argv[1:]
    if role_of(argv) in server.ROLES:
        return server.main(argv)
    from synnefo_core import commands  # everything, for a command that ends soon

    return commands.main(argv)


if __name__ == "__main__":
    sys.exit(main())
