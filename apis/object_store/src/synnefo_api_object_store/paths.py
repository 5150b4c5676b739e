# SPDX-License-Identifier: Apache-2.0
"""What the parts of a path mean."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from synnefo_core.errors import Invalid, PreconditionFailed
from synnefo_object_store import DELIMITER, Place

RESELLER = "AUTH_"


def account_id(account: str) -> str:
    """Return the project of an account in a path; ``AUTH_`` before it is optional."""
    return account.removeprefix(RESELLER)


def is_plain(account: str) -> bool:
    """Say whether an account is named as clients of Pithos do: by its id alone."""
    return not account.startswith(RESELLER)


def place(header: str, text: str, account: str) -> tuple[Place, str | None]:
    """Return where ``container/object?version-id=ID``, percent-encoded in a header, is.

    Raises:
        PreconditionFailed: The text has not that form.
    """
    path, _, query = text.partition("?")
    container, slash, name = unquote(path, errors="surrogateescape").lstrip("/").partition("/")
    if not (container and slash and name):
        msg = f"{header} must be of the form container/object"
        raise PreconditionFailed(msg)
    version = dict(parse_qsl(query)).get("version-id")
    return Place(account_id(account), container, name), version


def version(query: Mapping[str, str]) -> str | None:
    """Return which version is asked for: ``version-id``, or ``version`` as in Pithos."""
    return query.get("version-id", query.get("version"))


def check_delimiter(query: Mapping[str, str]) -> None:
    """Refuse a parameter ``delimiter`` that does not make folders.

    Raises:
        Invalid: It is another one.
    """
    if query.get("delimiter", DELIMITER) != DELIMITER:
        msg = f"the delimiter of folders is {DELIMITER}"
        raise Invalid(msg)
