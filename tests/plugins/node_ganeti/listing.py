# SPDX-License-Identifier: Apache-2.0
"""What nftables says of rules, so that two that are the same look the same."""

from __future__ import annotations

import re


def in_order(ruleset: str) -> str:
    """Return rules with the sets and chains of each table in order: they are listed as they came."""
    tables = []
    for table in re.split(r"(?m)^(?=table )", ruleset):
        head, *blocks = re.split(r"(?m)^(?=\t(?:chain|set|map) )", table)
        tables.append("".join([head, *sorted(block.rstrip("\n}") for block in blocks)]))
    return "\n".join(sorted(tables)).strip()
