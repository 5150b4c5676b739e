#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write one version into every setup.cfg and into what siblings require of each other.

Usage: tools/set_version.py X.Y.Z
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETUPS = ("setup.cfg", "services/*/setup.cfg", "apis/*/setup.cfg", "plugins/*/setup.cfg")


def version(text: str) -> str:
    """Accept X.Y.Z, with an optional pre-release such as rc1."""
    if re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", text) is None:
        raise argparse.ArgumentTypeError(f"{text} is not of the form X.Y.Z")
    return text


def with_version(setup: str, new: str) -> str:
    """Return the text of a setup.cfg with the new version in it.

    Siblings move together within one minor version: ``~= X.Y.0``, whatever Z is. A pre-release
    asks for itself, for ``~= X.Y.0`` would not find it.
    """
    major, minor, patch = new.split(".")
    lowest = f"{major}.{minor}.0" if patch.isdigit() else new
    setup = re.sub(r"^version = .*$", f"version = {new}", setup, count=1, flags=re.MULTILINE)
    return re.sub(
        r"^(\s+synnefo-[\w-]+(?:\[[\w,-]+\])?) ~= \S+$",
        rf"\1 ~= {lowest}",
        setup,
        flags=re.MULTILINE,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", type=version)
    new = parser.parse_args().version
    for pattern in SETUPS:
        for path in sorted(ROOT.glob(pattern)):
            path.write_text(with_version(path.read_text(), new))
    return 0


if __name__ == "__main__":
    sys.exit(main())
