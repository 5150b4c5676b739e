# SPDX-License-Identifier: Apache-2.0
"""Draw the states of projects, applications and memberships into the page that explains them.

    python -m tools.diagrams

The page is text that Graphviz draws and people can read; a test of the house compares it with the
tables that the code goes by.
"""

from __future__ import annotations

import re

from synnefo_identity.project_life import APPLICATION, MEMBERSHIP, PROJECT, Machine
from tools.members import ROOT

PAGE = ROOT / "docs/design/project-life.rst"


def drawn(machine: Machine) -> str:
    """Return a machine as a diagram: a line for each action and state."""
    edges = [
        f'      {before} -> {move.after} [label="{move.action}"];'
        for move in machine.moves
        for before in sorted(move.before)
    ]
    return "\n".join([f"   digraph {machine.noun} {{", *edges, "   }"]) + "\n"


def redrawn(page: str) -> str:
    """Return the page with the diagrams of today."""
    for machine in (PROJECT, APPLICATION, MEMBERSHIP):
        start = re.escape(f"   digraph {machine.noun} {{\n")
        inside = drawn(machine).partition("{\n")[2]
        page, count = re.subn(rf"({start}).*?   }}\n", rf"\g<1>{inside}", page, flags=re.DOTALL)
        if count != 1:
            msg = f"{PAGE.name} has {count} diagrams of {machine.noun}"
            raise ValueError(msg)
    return page


def main() -> None:
    PAGE.write_text(redrawn(PAGE.read_text()))


if __name__ == "__main__":
    main()
