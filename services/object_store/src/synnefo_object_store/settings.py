# SPDX-License-Identifier: Apache-2.0
"""What accounts and containers are told besides metadata; kept as text, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from synnefo_core.errors import Invalid
from synnefo_object_store.access import READ, WRITE
from synnefo_object_store.acls import cleaned
from synnefo_object_store.limits import LIMITS

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


_CONTAINER: Mapping[str, Callable[[str], str]] = {
    READ: lambda text: _access_list(text, is_write=False),
    WRITE: lambda text: _access_list(text, is_write=True),
}
_ACCOUNT: Mapping[str, Callable[[str], str]] = {QUOTA_BYTES: amount, QUOTA_COUNT: amount}


def of_container(there: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Return a container's settings after changes, of which the empty ones remove.

    Raises:
        Invalid: One can't be.
    """
    return _changed(there, changes, _CONTAINER)


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
