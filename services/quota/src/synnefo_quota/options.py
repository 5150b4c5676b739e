# SPDX-License-Identifier: Apache-2.0
"""The section ``[quota]``."""

from oslo_config import cfg

OPTIONS = [
    cfg.IntOpt(
        "commission_lifetime_s",
        default=7 * 24 * 3600,
        min=60,
        help="Commissions that a client has left pending for longer are rejected.",
    ),
]
