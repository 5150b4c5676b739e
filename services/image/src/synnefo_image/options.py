# SPDX-License-Identifier: Apache-2.0
"""The section ``[image]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

IMAGE = [
    cfg.BoolOpt("tiny", default=True, help="Whether an empty cloud is given the image `tiny`."),
    cfg.StrOpt(
        "container",
        default="images",
        help="The container of the owner's account to which uploads go.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"image": IMAGE}
