# SPDX-License-Identifier: Apache-2.0
"""One part of the work after the other, so that one that fails holds up no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from synnefo_node_ganeti.net.programs import ProgramFailed


class Parts:
    """Notes which parts fail.

    Attributes:
        problems: What was wrong, by the part.
    """

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Go on after what is done here, even if the kernel or the disk did not want it."""
        try:
            yield
        except (ProgramFailed, OSError) as problem:
            self.problems[name] = str(problem)

    def require(self) -> None:
        """Tell whoever waits for all parts of those that failed.

        Raises:
            ProgramFailed: Some did.
        """
        if self.problems:
            raise ProgramFailed("; ".join(told(self.problems)))


def told(problems: dict[str, str]) -> list[str]:
    """Return a line for each part that failed."""
    return [f"{name}: {problem}" for name, problem in problems.items()]
