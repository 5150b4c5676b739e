# SPDX-License-Identifier: Apache-2.0
"""Settings of the object store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from oslo_config import cfg

SECTIONS: Mapping[str, Iterable[cfg.Opt]] = {
    "object_store": [
        cfg.IntOpt(
            "max_object_bytes",
            default=5 * 1024**4,
            min=1,
            max=2**49,
            help="The largest object that one upload makes; told to clients by /info.",
        ),
    ]
}
