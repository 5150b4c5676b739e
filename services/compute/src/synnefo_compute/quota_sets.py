# SPDX-License-Identifier: Apache-2.0
"""What a project may have, by Nova's names: read from the ledger, set there by administrators.

Processors and memory are those of servers that are not stopped (CYC-040): a new server is held
to them. Memory is MiB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import synnefo_network
import synnefo_quota
from synnefo_compute import groups
from synnefo_compute.charges import MIB
from synnefo_compute.first_boot.wishes import MOST_CONTENT_BYTES, MOST_FILES, MOST_PATH_BYTES
from synnefo_compute.metadata import MOST_ITEMS
from synnefo_core.context import RequestContext
from synnefo_core.contracts import quota as contract
from synnefo_core.errors import Invalid, InvalidField, NotFound, Unbuilt
from synnefo_quota import Holding

UNLIMITED = -1
"""How Nova writes that there is no limit."""


@dataclass(frozen=True)
class Quota:
    """How many there may be, are, and are promised to commissions that are pending."""

    limit: int
    in_use: int = 0
    reserved: int = 0


QuotaSet = Mapping[str, Quota]
"""By Nova's names."""

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
    "fixed_ips": UNLIMITED,
    "injected_file_content_bytes": MOST_CONTENT_BYTES,
    "injected_file_path_bytes": MOST_PATH_BYTES,
    "injected_files": MOST_FILES,
    "key_pairs": UNLIMITED,
    "metadata_items": MOST_ITEMS,
}
"""The same for every project: 0 is what this cloud has none of."""


def _constant(context: RequestContext) -> QuotaSet:
    members = context.cloud.config.compute.server_group_members
    return {
        name: Quota(limit) for name, limit in {**_CONSTANT, "server_group_members": members}.items()
    }


def show(context: RequestContext, project_id: str, *, user_id: str = "") -> QuotaSet:
    """Return the quotas of a project, or of a user in it.

    Raises:
        Invalid: There is no such project or user.
    """
    _require_there(context, project_id, user_id)
    held = _holdings(context, project_id, user_id)
    counted = {name: _quota(held[known], unit) for name, (known, unit) in COUNTED.items()}
    return {**_constant(context), **counted}


def defaults(context: RequestContext, project_id: str) -> QuotaSet:
    """Return the quotas of a project for which nobody has set any.

    Raises:
        Invalid: There is no such project.
    """
    _require_there(context, project_id)
    found = synnefo_quota.default_limits(context, project_id)
    counted = {name: Quota(_in_units(found[r], unit)) for name, (r, unit) in COUNTED.items()}
    return {**_constant(context), **counted}


def update(
    context: RequestContext,
    project_id: str,
    limits: Mapping[str, int],
    *,
    user_id: str = "",
    is_forced: bool = False,
) -> QuotaSet:
    """Set limits of a project, or of a user in it; return all quotas.

    Args:
        context: An administrator's.
        project_id: Whose.
        limits: By Nova's names, -1 for none.
        user_id: Limit this user's share of the project.
        is_forced: Whether a limit may be below what is used; then nothing grows.

    Raises:
        Invalid: There is no such project or user, or a limit is below what is used.
        Conflict: A limit follows from what was granted to the project.
        Unbuilt: This cloud has no such quota.
    """
    now = show(context, project_id, user_id=user_id)
    wanted = {name: limit for name, limit in limits.items() if limit != now[name].limit}
    for name, limit in wanted.items():
        _check(name, limit, now[name], is_forced=is_forced)
    with context.unit_of_work():
        for name, limit in sorted(wanted.items()):
            resource, unit = COUNTED[name]
            amount = contract.UNLIMITED if limit == UNLIMITED else limit * unit
            synnefo_quota.set_limit_by_hand(
                context, project_id=project_id, user_id=user_id, resource=resource, limit=amount
            )
    return show(context, project_id, user_id=user_id)


def reset(context: RequestContext, project_id: str, *, user_id: str = "") -> None:
    """Give a project, or a user in it, the limits back that it has by default.

    Raises:
        Invalid: There is no such project or user.
        Conflict: A limit that was to change follows from what was granted to the project.
    """
    standard = {name: quota.limit for name, quota in defaults(context, project_id).items()}
    limits = dict.fromkeys(standard, UNLIMITED) if user_id else standard
    update(
        context,
        project_id,
        {name: limits[name] for name in COUNTED},
        user_id=user_id,
        is_forced=True,
    )


def _check(name: str, limit: int, now: Quota, *, is_forced: bool) -> None:
    if name not in COUNTED:
        what = f"a limit of {name}"
        raise Unbuilt(what)
    taken = now.in_use + now.reserved
    if limit != UNLIMITED and limit < taken and not is_forced:
        field = f"quota_set.{name}"
        raise InvalidField(field, f"{taken} are used or reserved already")


def _require_there(context: RequestContext, project_id: str, user_id: str = "") -> None:
    user_ids = [user_id] if user_id else []
    try:
        synnefo_quota.require_people(context.cloud, user_ids=user_ids, project_ids=[project_id])
    except NotFound as cause:
        msg = f"{cause.noun} ID {cause.name} is not a valid {cause.noun}"
        raise Invalid(msg) from cause


def _holdings(context: RequestContext, project_id: str, user_id: str) -> Mapping[str, Holding]:
    if not user_id:
        return synnefo_quota.of_projects(context, [project_id])[project_id]
    shares = synnefo_quota.of_user(context, user_id, also=[project_id], is_hidden=True)[project_id]
    return {name: share.user for name, share in shares.items()}


def _quota(holding: Holding, unit: int) -> Quota:
    return Quota(
        limit=_in_units(holding.limit, unit),
        in_use=(holding.usage - holding.pending) // unit,
        reserved=holding.pending // unit,
    )


def _in_units(limit: int, unit: int) -> int:
    return UNLIMITED if limit == contract.UNLIMITED else limit // unit
