# SPDX-License-Identifier: Apache-2.0
"""The command line: ``python -m tools.interop [LIST…]``; without one, all lists."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.interop import suite
from tools.interop.cloud import running


def main() -> int:
    """Run the lists that are asked for, each against a new cloud; fail when a test has not passed."""
    parser = argparse.ArgumentParser(prog="python -m tools.interop", description=__doc__)
    parser.add_argument("lists", nargs="*", metavar="LIST", help=", ".join(suite.names()))
    parser.add_argument("--workers", type=int, default=2, help="tests at once")
    arguments = parser.parse_args()
    unknown = set(arguments.lists) - set(suite.names())
    if unknown:
        parser.error(f"there is no list {', '.join(sorted(unknown))}")
    results = [passes(name, arguments.workers) for name in arguments.lists or suite.names()]
    return 0 if all(results) else 1


def passes(name: str, workers: int) -> bool:
    """Run a list, print what did not pass and a line that sums it up."""
    with tempfile.TemporaryDirectory(prefix=f"interop-{name}-") as place:
        directory = Path(place)
        with running(directory) as cloud:
            outcomes = suite.run(name, cloud, directory / "tempest", workers=workers)
    failed = {each: outcome for each, outcome in outcomes.items() if outcome != suite.PASSED}
    for each, outcome in failed.items():
        print(f"{outcome}: {each}")
    print(f"{name}: {len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return not failed


if __name__ == "__main__":
    sys.exit(main())
