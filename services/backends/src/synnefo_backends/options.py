# SPDX-License-Identifier: Apache-2.0
"""The section ``[backends]``."""

from oslo_config import cfg

OPTIONS = [
    cfg.FloatOpt(
        "vcpu_ratio",
        default=16.0,
        min=0.1,
        help="How many virtual processors are given out for each real one.",
    ),
    cfg.BoolOpt(
        "embedded",
        default=True,
        help="Whether an empty cloud gets a simulated cluster, so that it can be tried at once.",
    ),
]
