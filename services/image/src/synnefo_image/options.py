# SPDX-License-Identifier: Apache-2.0
"""The section ``[image]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg, types

IMAGE = [
    cfg.BoolOpt("tiny", default=True, help="Whether an empty cloud is given the image `tiny`."),
    cfg.StrOpt(
        "container",
        default="images",
        help="The container of the owner's account to which uploads go.",
    ),
    cfg.BoolOpt(
        "check_formats",
        default=True,
        help="Whether content must be of the disk format that was said, and not refer to other files.",
    ),
    cfg.BoolOpt(
        "convert",
        default=True,
        help="Whether an import makes raw disks of qcow2, vmdk, vhd, vhdx and vdi ones.",
    ),
    cfg.IntOpt(
        "convert_disk_gib", default=1024, min=1, help="The largest disk that is converted, in GiB."
    ),
    cfg.IntOpt(
        "convert_memory_mib", default=1024, min=128, help="Memory for a conversion, in MiB."
    ),
    cfg.IntOpt("convert_time_s", default=3600, min=1, help="The longest conversion, in seconds."),
    cfg.StrOpt(
        "scratch",
        default="",
        help="A directory with room for disks that are being converted; empty: the system's for"
        " temporary files.",
    ),
    cfg.ListOpt(
        "fetch_ports",
        default=[80, 443],
        item_type=types.Integer(1, 65535),
        help="The ports from which images are fetched.",
    ),
    cfg.ListOpt(
        "fetch_networks",
        default=[],
        help="Networks (CIDR) from which images are fetched though they are not of the Internet.",
    ),
    cfg.IntOpt("fetch_gib", default=1024, min=1, help="The largest image that is fetched, in GiB."),
    cfg.IntOpt(
        "fetch_time_s", default=3600, min=1, help="The longest that a fetch may take, in seconds."
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
