# SPDX-License-Identifier: Apache-2.0
"""The section ``[compute]``."""

from oslo_config import cfg

OPTIONS = [
    cfg.StrOpt(
        "instance_prefix",
        default="snf-",
        regex=r"^[a-z][a-z0-9-]{0,15}$",
        help="How the names of our instances begin in the clusters. Two clouds that share a "
        "cluster need different ones; it must not change while there are servers.",
    ),
    cfg.IntOpt(
        "page_limit", default=1000, min=1, help="The most servers that one page of a list has."
    ),
]
