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
    cfg.StrOpt(
        "store",
        default="",
        help="The store for volumes of types that name none (volume_backend_name); empty for the"
        " first of [storage] stores that keeps volumes. What is made of an image or a snapshot goes"
        " where that is.",
    ),
    cfg.StrOpt(
        "availability_zone",
        default="nova",
        help="The name of the only availability zone of volumes.",
    ),
    cfg.StrOpt(
        "backup_container",
        default="volumebackups",
        help="The container of each project in which the objects of its backups are, unless another is named.",
    ),
    cfg.FloatOpt(
        "writer_timeout_s",
        default=60.0,
        min=0.1,
        help="How many seconds the node that has a volume open may take to do what it is asked to,"
        " before a snapshot fails, or before the node is refused if the volume is attached to"
        " nothing.",
    ),
    cfg.FloatOpt(
        "lease_s",
        default=20.0,
        min=0.2,
        help="The seconds of lease_s in /etc/synnefo/nbd.conf of all nodes.",
    ),
    cfg.FloatOpt(
        "lease_margin_s",
        default=5.0,
        min=0.1,
        help="The seconds of lease_margin_s there.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {"volume": VOLUME}
