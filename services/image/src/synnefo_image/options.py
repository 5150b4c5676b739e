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
    cfg.StrOpt(
        "hash_algorithm",
        default="sha256",
        choices=["sha256", "sha384", "sha512"],
        help="The digest that is taken of uploads beside the MD5; shown as os_hash_value.",
    ),
    cfg.ListOpt(
        "protected_properties",
        default=[],
        help="Names of properties that only administrators set, change and remove; `*` stands for"
        " any characters: `billing_*`.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"image": IMAGE}
