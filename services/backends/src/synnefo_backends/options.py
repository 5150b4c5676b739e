# SPDX-License-Identifier: Apache-2.0
"""The section ``[backends]``."""

from oslo_config import cfg

OPTIONS = [
    cfg.FloatOpt(
        "vcpu_ratio",
        default=16.0,
        min=0.1,
        help="How many virtual processors are given out for each real one, unless a cluster has its own.",
    ),
    cfg.FloatOpt(
        "ram_ratio",
        default=1.0,
        min=0.1,
        help="How many MiB of memory are given out for each real one, unless a cluster has its own.",
    ),
    cfg.ListOpt(
        "filters",
        default=[],
        help="What takes clusters out when a server is placed; empty for all that are installed.",
    ),
    cfg.DictOpt(
        "weighers",
        default={"fullness": "1", "failing": "10", "group": "5"},
        help="How much each measure counts against a cluster when a server is placed.",
    ),
    cfg.BoolOpt(
        "embedded",
        default=True,
        help="Whether an empty cloud gets a simulated cluster, so that it can be tried at once.",
    ),
]
