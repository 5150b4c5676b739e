# SPDX-License-Identifier: Apache-2.0
"""What accounts and containers are told besides metadata; kept as text, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from synnefo_core.errors import Invalid
from synnefo_object_store.access import READ, WRITE
from synnefo_object_store.acls import cleaned
from synnefo_object_store.limits import LIMITS, check_container_name, check_text
from synnefo_object_store.versions import PROJECT

VERSIONS_ENABLED = "versions_enabled"
VERSIONS_LOCATION, HISTORY_LOCATION = "versions_location", "history_location"
_ARCHIVES = (VERSIONS_LOCATION, HISTORY_LOCATION)
QUOTA_BYTES, QUOTA_COUNT = "quota_bytes", "quota_count"


def _access_list(text: str, *, is_write: bool) -> str:
    if len(text.encode()) > LIMITS.access_list_bytes:
        msg = f"access lists have at most {LIMITS.access_list_bytes} bytes"
        raise Invalid(msg)
    return cleaned(text, is_write=is_write)


def amount(text: str) -> str:
    """Return a number as text.

    Raises:
        Invalid: It is none that a count can reach.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        msg = "a quota must be a number"
        raise Invalid(msg)
    return str(int(text))


def _switch(text: str) -> str:
    return str(text.strip().lower() in ("1", "true", "yes", "on", "t", "y"))


def _container_name(text: str) -> str:
    name = unquote(text).strip("/")
    check_container_name(name)
    return name


def _project(text: str) -> str:
    check_text("project", text, LIMITS.account_name_bytes)
    return text


_CONTAINER: Mapping[str, Callable[[str], str]] = {
    READ: lambda text: _access_list(text, is_write=False),
    WRITE: lambda text: _access_list(text, is_write=True),
    VERSIONS_ENABLED: _switch,
    VERSIONS_LOCATION: _container_name,
    HISTORY_LOCATION: _container_name,
    PROJECT: _project,
}
_ACCOUNT: Mapping[str, Callable[[str], str]] = {QUOTA_BYTES: amount, QUOTA_COUNT: amount}


def of_container(there: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return a container's settings after changes, of which the empty ones remove.

    Raises:
        Invalid: One can't be.
    """
    archives = [name for name in _ARCHIVES if changes.get(name)]
    if len(archives) > 1:
        msg = "old versions go to one container: X-Versions-Location or X-History-Location"
        raise Invalid(msg)
    if archives:
        there = {name: text for name, text in there.items() if name not in _ARCHIVES}
    settings = _changed(there, changes, _CONTAINER)
    if settings.get(VERSIONS_ENABLED) == "True" and any(name in settings for name in _ARCHIVES):
        msg = "a container that moves old versions to another can't keep them beside the current"
        raise Invalid(msg)
    return settings


def of_account(there: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return an account's settings after changes, of which the empty ones remove.

    Raises:
        Invalid: One can't be.
    """
    return _changed(there, changes, _ACCOUNT)


def _changed(
    there: Mapping[str, str],
    changes: Mapping[str, str],
    kinds: Mapping[str, Callable[[str], str]],
) -> dict[str, str]:
    values = {name: kinds[name](text) if text else "" for name, text in changes.items()}
    return {name: text for name, text in {**there, **values}.items() if text}
