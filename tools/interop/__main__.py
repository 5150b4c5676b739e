# SPDX-License-Identifier: Apache-2.0
"""The command line: ``python -m tools.interop [LIST…]``; without one, all lists.

``guests`` is then left out, with the reason, on machines that can't run any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.system.labs import LabUnavailable
from tools.interop import ganeti, suite
from tools.interop.cloud import Cloud, running

Start = Callable[[Path], AbstractContextManager[Cloud]]


def main() -> int:
    """Run the lists that are asked for, each against a new cloud; fail when one went otherwise than it should."""
    parser = argparse.ArgumentParser(prog="python -m tools.interop", description=__doc__)
    parser.add_argument("lists", nargs="*", metavar="LIST", help=", ".join(suite.names()))
    parser.add_argument("--workers", type=int, default=2, help="tests at once")
    parser.add_argument(
        "--ganeti", action="store_true", help="on a real cluster, not a simulated one"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.lists) - set(suite.names())
    if unknown:
        parser.error(f"there is no list {', '.join(sorted(unknown))}")
    start = ganeti.running if arguments.ganeti else running
    results = []
    for name in arguments.lists or suite.names():
        starting = ganeti.running_guests if name == suite.GUESTS else start
        try:
            results.append(passes(name, starting, arguments.workers))
        except LabUnavailable as cause:
            if arguments.lists:
                raise
            print(f"{name}: left out: {cause}")
    return 0 if all(results) else 1


def passes(name: str, start: Start, workers: int) -> bool:
    """Run a list, print what did not pass and a line that sums it up."""
    with tempfile.TemporaryDirectory(prefix=f"interop-{name}-") as place:
        directory = Path(place)
        with start(directory) as cloud:
            outcomes = suite.run(name, cloud, directory / "tempest", workers=workers)
    complaints = suite.complaints(outcomes, suite.owed())
    for each in complaints:
        print(each)
    passed = sum(outcome == suite.PASSED for outcome in outcomes.values())
    owed = len(outcomes.keys() & suite.owed().keys())
    print(f"{name}: {passed} passed, {len(outcomes) - passed} did not, of which {owed} are owed")
    return not complaints


if __name__ == "__main__":
    sys.exit(main())
