# SPDX-License-Identifier: Apache-2.0
"""What a node writes on the disk of a guest that cannot learn it: the image has no cloud-init.

An image asks for it by its property ``CLOUD_INIT``, which says no. The other properties are the
original's: ``OSFAMILY``, ``USERS``, ``ROOT_PARTITION``, ``EXCLUDE_ALL_TASKS``,
``EXCLUDE_MOUNTED_TASKS`` and ``EXCLUDE_TASK_<name>``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from synnefo_compute.first_boot.told import Told
from synnefo_core.errors import InvalidField

_NO = ("no", "false", "off", "0")
_ALL = ("EXCLUDE_ALL_TASKS", "EXCLUDE_MOUNTED_TASKS")
_ONE = "EXCLUDE_TASK_"
_KNOWN_FAMILY = "linux"
_DEFAULT_USER = "root"


def is_asked_for(properties: Mapping[str, str]) -> bool:
    """Return whether the properties of an image ask for it."""
    said = _upper(properties)
    is_without = said.get("CLOUD_INIT", "").strip().lower() in _NO
    return is_without and not any(_holds(said, name) for name in _ALL)


def check(properties: Mapping[str, str]) -> None:
    """Refuse an image that asks for what no node can do.

    Raises:
        InvalidField: It is none of Linux, or its root partition is no number.
    """
    if not is_asked_for(properties):
        return
    said, name = _upper(properties), "imageRef"
    family = said.get("OSFAMILY", _KNOWN_FAMILY).strip().lower()
    if family != _KNOWN_FAMILY:
        raise InvalidField(name, f"images without cloud-init can be of linux, not of {family}")
    partition = said.get("ROOT_PARTITION", "").strip()
    # isdecimal alone takes the digits of all scripts.
    if partition and not (partition.isascii() and partition.isdecimal()):
        raise InvalidField(name, "the property ROOT_PARTITION of the image is no number")


def order(told: Told, properties: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return what is to be written, as JSON has it; None where the image does not ask for it."""
    if not is_asked_for(properties):
        return None
    said = _upper(properties)
    without = (name.removeprefix(_ONE) for name in said if name.startswith(_ONE))
    return {
        "hostname": told.hostname,
        "users": said.get("USERS", "").split() or [_DEFAULT_USER],
        "password_hash": told.password_hash,
        "public_keys": list(told.public_keys.values()),
        "files": [
            {
                "path": file.path,
                "content": base64.b64encode(file.content).decode(),
                "owner": file.owner,
                "group": file.group,
                "mode": file.mode,
            }
            for file in told.files
        ],
        "cards": len(told.cards),
        "root_partition": said.get("ROOT_PARTITION", "").strip(),
        "without": sorted(name for name in without if _holds(said, f"{_ONE}{name}")),
    }


def _upper(properties: Mapping[str, str]) -> Mapping[str, str]:
    return {name.upper(): text for name, text in properties.items()}


def _holds(said: Mapping[str, str], name: str) -> bool:
    return name in said and said[name].strip().lower() not in _NO
