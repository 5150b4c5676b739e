# SPDX-License-Identifier: Apache-2.0
"""The section ``[volume]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

VOLUME = [
    cfg.StrOpt(
        "default_type",
        default="standard",
        help="The name of the type of new volumes for which none is named. An empty cloud is"
        " given a public type of this name.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"volume": VOLUME}
