# SPDX-License-Identifier: Apache-2.0
"""What the query of a list of servers asks for.

Source: docs.openstack.org/api-ref/compute, "List servers"; what others may not ask for is left out
without a word, as Nova does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import synnefo_compute
from synnefo_api_compute import versions
from synnefo_api_compute.views import server as view
from synnefo_compute import Selection
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import Forbidden, InvalidField

_FILTERS = {"flavor": "flavor_id", "image": "image_id"}
_FILTERS_OF_ADMINISTRATORS = {
    "host": "node",
    "key_name": "key_name",
    "node": "node",
    "project_id": "project_id",
    "task_state": "task_state",
    "tenant_id": "project_id",
    "user_id": "user_id",
    "uuid": "id",
    "vm_state": "vm_state",
}
"""Columns by the parameter that says what they must be."""

_FILTERS_OF_ALL = {
    "key_name": "key_name",
    "task_state": "task_state",
    "user_id": "user_id",
    "vm_state": "vm_state",
}
"""Of those, which everybody's are since 2.83."""

_TAG_FILTERS = {
    "tags": "tags",
    "tags-any": "any_tags",
    "not-tags": "not_tags",
    "not-tags-any": "not_any_tags",
}
"""What is selected by the parameter that names tags."""

_SORTED = {
    "created_at": "created_at",
    "display_name": "name",
    "image_ref": "image_id",
    "instance_type_id": "flavor_id",
    "key_name": "key_name",
    "launched_at": "launched_at",
    "project_id": "project_id",
    "task_state": "task_state",
    "terminated_at": "deleted_at",
    "updated_at": "updated_at",
    "user_id": "user_id",
    "uuid": "id",
    "vm_state": "vm_state",
}
_SORTED_OF_ADMINISTRATORS = {"host": "node", "node": "node"}
"""Columns by the key that sorts by them."""

_SAME_FOR_ALL = frozenset(
    {
        "access_ip_v4",
        "access_ip_v6",
        "auto_disk_config",
        "availability_zone",
        "config_drive",
        "display_description",
        "hostname",
        "kernel_id",
        "launch_index",
        "locked_by",
        "power_state",
        "progress",
        "ramdisk_id",
        "root_device_name",
    }
)
"""Keys of Nova's by which servers are not told apart here."""

_BUSY = [
    synnefo_compute.ACTIVE,
    synnefo_compute.ERROR,
    synnefo_compute.RESIZED,
    synnefo_compute.STOPPED,
]
"""What a server can be while something is done to it by which its status is called."""

_WORDS = {"1": True, "t": True, "true": True, "on": True, "y": True, "yes": True, "": True} | {
    "0": False, "f": False, "false": False, "off": False, "n": False, "no": False
}  # fmt: skip


def limit(context: RequestContext, query: Mapping[str, Any]) -> int:
    """Return the size of the page: what is asked for, or as much as there may be."""
    most: int = context.cloud.config.compute.page_limit
    return min(int(query.get("limit") or 0) or most, most)


def selection(
    context: RequestContext, query: Mapping[str, Any], version: Version
) -> Selection | None:
    """Return which servers are asked for, None when there can be none.

    Raises:
        Forbidden: Only administrators see those of all projects, or what was removed.
        InvalidField: A value makes no sense.
    """
    is_everyone = truth("all_tenants", query)
    if is_everyone:
        context.cloud.policy.require(context, "compute:server:list_everyone")
    values: dict[str, Any] = {
        column: query[name]
        for name, column in _filters(context, version).items()
        if query.get(name)
    }
    is_deleted = context.is_admin and truth("deleted", query)
    if "status" in query:
        statuses = [status.upper() for status in query["status"]]
        chosen = _of_status(statuses)
        if chosen is None and version >= versions.KNOWN_STATUSES:
            name = "status"
            raise InvalidField(name, "there is no such status")
        if chosen is None:
            return None
        values |= chosen
        is_deleted |= chosen["vm_state"] == [synnefo_compute.DELETED]
    if is_deleted and not context.is_admin:
        raise Forbidden("only administrators may list deleted servers")
    return Selection(
        values=values,
        name=query.get("name", ""),
        addresses=_addresses(context, query, version),
        **(_tags(query) if version >= versions.TAGS else {}),
        changed_since=moment("changes-since", query),
        changed_before=_before(query, version),
        is_locked=_locked(query, version),
        is_deleted=is_deleted,
        is_everyone=is_everyone,
    )


def _filters(context: RequestContext, version: Version) -> dict[str, str]:
    if context.is_admin:
        return _FILTERS | _FILTERS_OF_ADMINISTRATORS
    return _FILTERS | (_FILTERS_OF_ALL if version >= versions.FILTERS_FOR_ALL else {})


def _before(query: Mapping[str, Any], version: Version) -> float | None:
    """Return before which moment servers changed last.

    Raises:
        InvalidField: It is not after the moment since which they changed.
    """
    if version < versions.CHANGES_BEFORE:
        return None
    before, since = moment("changes-before", query), moment("changes-since", query)
    if before is not None and since is not None and before < since:
        name = "changes-since"
        raise InvalidField(name, "it must be less than or equal to changes-before")
    return before


def _locked(query: Mapping[str, Any], version: Version) -> bool | None:
    if version < versions.LOCK_REASON or "locked" not in query:
        return None
    return truth("locked", query)


def _addresses(
    context: RequestContext, query: Mapping[str, Any], version: Version
) -> dict[int, str]:
    names = {"ip": 4}
    if context.is_admin or version >= versions.IPV6_FOR_ALL:
        names["ip6"] = 6
    return {number: query[name] for name, number in names.items() if query.get(name)}


def _tags(query: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        field: query[name].split(",") for name, field in _TAG_FILTERS.items() if query.get(name)
    }


def _of_status(statuses: Sequence[str]) -> dict[str, list[str]] | None:
    """Return what columns must be for any of some statuses, None for none that there is."""
    tasks = [view.TASK_STATES[status] for status in statuses if status in view.TASK_STATES]
    states = [view.VM_STATES[status] for status in statuses if status in view.VM_STATES]
    if tasks and not states:
        return {"vm_state": _BUSY, "task_state": tasks}
    if tasks:
        states.append(synnefo_compute.ACTIVE)
    return {"vm_state": states} if states else None


def sort(context: RequestContext, query: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return the columns that a list is sorted by, and whether each descends.

    Raises:
        InvalidField: There is no such key, or there are more directions than keys.
    """
    known = _SORTED | (_SORTED_OF_ADMINISTRATORS if context.is_admin else {})
    keys = query.get("sort_key") or ["created_at"]
    directions = query.get("sort_dir", [])
    if len(directions) > len(keys):
        raise InvalidField("sort_dir", "there are more directions than keys")
    found: dict[str, bool] = {}
    for place, key in enumerate(keys):
        if key not in known and key not in _SAME_FOR_ALL:
            raise InvalidField("sort_key", f"servers can't be sorted by {key}")
        if key in known:
            found.setdefault(known[key], directions[place : place + 1] != ["asc"])
    return list((found or {"created_at": True}).items())


def truth(name: str, query: Mapping[str, Any]) -> bool:
    """Return what a parameter says; what is not there is not true.

    Raises:
        InvalidField: It is no word for true or false.
    """
    text = query.get(name, "false").lower()
    if text not in _WORDS:
        raise InvalidField(name, f"{text!r} is neither true nor false")
    return _WORDS[text]


def moment(name: str, query: Mapping[str, Any]) -> float | None:
    """Return the moment that a parameter says, None without it.

    Raises:
        InvalidField: It is none.
    """
    if name not in query:
        return None
    try:
        found = datetime.fromisoformat(query[name].strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError) as cause:
        raise InvalidField(name, f"{query[name]!r} is no moment as in ISO 8601") from cause
