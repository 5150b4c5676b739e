# SPDX-License-Identifier: Apache-2.0
"""What a project may have, by Cinder's names; sizes are GiB."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_core.context import RequestContext
from synnefo_quota import NO_LIMIT, QuotaSets
from synnefo_volume import charges

COUNTED = {
    "volumes": (charges.VOLUMES, 1),
    "snapshots": (charges.SNAPSHOTS, 1),
    "gigabytes": (charges.GIGABYTES, 1),
    "backups": (charges.BACKUPS, 1),
    "backup_gigabytes": (charges.BACKUP_GIGABYTES, 1),
}
"""The ledger's resource, and how much of it is one of Cinder's."""

_CONSTANT = {
    "groups": 0,
    "per_volume_gigabytes": NO_LIMIT,
}
"""The same for every project: 0 is what this cloud has none of."""


def _constant(context: RequestContext) -> Mapping[str, int]:
    del context
    return _CONSTANT


QUOTAS = QuotaSets(COUNTED, _constant)
