# SPDX-License-Identifier: Apache-2.0
"""Settings of the storage engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oslo_config import cfg

DAY_S = 24 * 3600

SECTIONS: Mapping[str, Iterable[cfg.Opt]] = {
    "blocks": [
        cfg.IntOpt(
            "collect_every_s",
            default=DAY_S,
            min=0,
            help="How often the worker collects the garbage of each store; 0: never by itself.",
        ),
        cfg.IntOpt(
            "grace_s",
            default=DAY_S,
            min=300,
            help="How long a block that nobody refers to is spared after it was stored; longer "
            "than any transaction lasts.",
        ),
        cfg.IntOpt(
            "quarantine_s",
            default=DAY_S,
            min=300,
            help="How long garbage stays in quarantine, from where it can come back.",
        ),
    ]
}
