# SPDX-License-Identifier: Apache-2.0
"""Amounts as people write and read them."""

from __future__ import annotations

import argparse
import re

from synnefo_core.contracts.quota import UNLIMITED

_WRITTEN = re.compile(r"(\d+)(?:([KMGTP])i?B?)?", re.ASCII | re.IGNORECASE)
_UNITS = " KMGTP"


def amount(text: str) -> int:
    """Read a limit: "20", "50GiB" (or "50G"), "unlimited".

    Raises:
        argparse.ArgumentTypeError: It is none of these.
    """
    if text == "unlimited":
        return UNLIMITED
    match = _WRITTEN.fullmatch(text)
    number = int(match[1]) * 1024 ** _UNITS.index((match[2] or " ").upper()) if match else UNLIMITED
    if number >= UNLIMITED:
        msg = f"a limit is a number, a size (50GiB) or unlimited, not {text}"
        raise argparse.ArgumentTypeError(msg)
    return number


def shown(number: int, unit: str = "", *, is_human: bool = False) -> int | str:
    """Return what is shown for an amount, bytes in a size that is easily read if so asked."""
    if number == UNLIMITED:
        return "unlimited"
    if not is_human or unit != "bytes":
        return number
    size, step = float(number), 0
    while abs(size) >= 1024 and step < len(_UNITS) - 1:
        size, step = size / 1024, step + 1
    return f"{size:.1f}".removesuffix(".0") + (f" {_UNITS[step]}iB" if step else " B")


def add_human(parser: argparse.ArgumentParser) -> None:
    """Add ``--human``."""
    parser.add_argument("--human", action="store_true", help="bytes as KiB, MiB, GiB …")
