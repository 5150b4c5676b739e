# SPDX-License-Identifier: Apache-2.0
"""What requests say of the first boot of a guest."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import synnefo_compute
from synnefo_api_compute.schemas.first_boot import YES
from synnefo_compute import InjectedFile
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField


def is_config_drive(asked: dict[str, Any]) -> bool:
    """Return whether a config drive is asked for."""
    return asked.get("config_drive") in (True, *YES)


def user_data(asked: dict[str, Any]) -> str:
    """Return the user data, still in base64; empty for none.

    Raises:
        InvalidField: They are no base64.
    """
    text: str = asked.get("user_data") or ""
    _decoded(text, "user_data")
    return text


def files(asked: dict[str, Any]) -> Sequence[InjectedFile]:
    """Return the files to be written in the guest.

    Raises:
        InvalidField: One has no path or contents, or contents that are no base64.
    """
    return [_file(number, each) for number, each in enumerate(asked.get("personality") or ())]


def _file(number: int, asked: dict[str, Any]) -> InjectedFile:
    where = f"personality.{number}"
    if not asked.get("path") or "contents" not in asked:
        raise InvalidField(where, "a file needs a path and contents")
    content = _decoded(asked["contents"], f"{where}.contents")
    ownership = {name: asked[name] for name in ("owner", "group", "mode") if name in asked}
    return InjectedFile(asked["path"], content, **ownership)


def _decoded(text: str, field: str) -> bytes:
    try:
        # Clients wrap the lines of base64, and Nova lets them.
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise InvalidField(field, "this is not base64") from cause


def password(context: RequestContext, asked: dict[str, Any]) -> str:
    """Return the administrator's password: the one asked for, a new one, or none if none is told."""
    asked_for: str = asked.get("adminPass", "")
    if asked_for or not context.cloud.config.compute.enable_instance_password:
        return asked_for
    return synnefo_compute.new_password()
