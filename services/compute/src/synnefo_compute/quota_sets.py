# SPDX-License-Identifier: Apache-2.0
"""What a project may have, by Nova's names.

Processors and memory are those of servers that are not stopped (CYC-040): a new server is held
to them. Memory is MiB.
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_network
from synnefo_compute import groups
from synnefo_compute.charges import MIB
from synnefo_compute.first_boot.wishes import MOST_CONTENT_BYTES, MOST_FILES, MOST_PATH_BYTES
from synnefo_compute.metadata import MOST_ITEMS
from synnefo_core.context import RequestContext
from synnefo_quota import NO_LIMIT, QuotaSets

COUNTED = {
    "cores": ("cyclades.cpu", 1),
    "floating_ips": (synnefo_network.FLOATING_IPS, 1),
    "instances": ("cyclades.vm", 1),
    "ram": ("cyclades.ram", MIB),
    "security_group_rules": (synnefo_network.SECURITY_RULES, 1),
    "security_groups": (synnefo_network.SECURITY_GROUPS, 1),
    "server_groups": (groups.RESOURCE.name, 1),
}
"""The ledger's resource, and how much of it is one of Nova's."""

_CONSTANT = {
    "fixed_ips": NO_LIMIT,
    "injected_file_content_bytes": MOST_CONTENT_BYTES,
    "injected_file_path_bytes": MOST_PATH_BYTES,
    "injected_files": MOST_FILES,
    "key_pairs": NO_LIMIT,
    "metadata_items": MOST_ITEMS,
}
"""The same for every project: 0 is what this cloud has none of."""


def _constant(context: RequestContext) -> Mapping[str, int]:
    members = context.cloud.config.compute.server_group_members
    return {**_CONSTANT, "server_group_members": members}


QUOTAS = QuotaSets(COUNTED, _constant)
