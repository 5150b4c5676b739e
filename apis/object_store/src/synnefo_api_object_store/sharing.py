# SPDX-License-Identifier: Apache-2.0
"""With whom objects are shared, in headers: X-Object-Sharing, X-Account-Group-Name."""

from __future__ import annotations

from urllib.parse import quote, unquote

import synnefo_object_store as store
from synnefo_api_object_store import headers
from synnefo_api_object_store.headers import Environ
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store import ObjectInfo, Sharing

HEADER = "X-Object-Sharing"
_GROUP = "HTTP_X_ACCOUNT_GROUP_"


def asked(environ: Environ) -> Sharing | None:
    """Return with whom an object is to be shared; None: as it is. Empty: with nobody.

    Raises:
        Invalid: It is not like ``read=a,b;write=c``.
    """
    text = headers.given(environ, HEADER)
    if text is None:
        return None
    found: dict[str, frozenset[str]] = {}
    for part in (part.strip() for part in text.split(";") if part.strip()):
        right, _, names = part.partition("=")
        grantees = frozenset(_grantee(name.strip()) for name in names.split(",") if name.strip())
        if right.strip() not in ("read", "write") or right.strip() in found or not grantees:
            msg = f"{HEADER} must be like read=USER,ACCOUNT:GROUP;write=USER"
            raise Invalid(msg)
        found[right.strip()] = grantees
    writers = found.get("write", frozenset())
    return Sharing(found.get("read", frozenset()) - writers, writers)


def _grantee(text: str) -> str:
    user_or_account, colon, group = unquote(text).partition(":")
    return f"{account_id(user_or_account)}:{group.lower()}" if colon else user_or_account


def told(context: RequestContext, found: ObjectInfo) -> dict[str, str]:
    """Return what is told of how an object is shared."""
    shared = store.sharing_of(context, found)
    if shared is None:
        return {}
    told = {}
    if store.is_owner(context, found.account):
        told[HEADER] = _text(shared.sharing)
    else:
        told["X-Object-Allowed-To"] = "write" if shared.sharing.writers else "read"
    if shared.name != found.name:
        told["X-Object-Shared-By"] = quote(f"{found.account}/{found.container}/{shared.name}")
    return told


def _text(sharing: Sharing) -> str:
    parts = {"read": sharing.readers, "write": sharing.writers}
    return ";".join(
        f"{right}={','.join(quote(name, safe=':*') for name in sorted(names))}"
        for right, names in parts.items()
        if names
    )


def groups(environ: Environ) -> dict[str, list[str]]:
    """Return the groups that a request sets, or removes as empty."""
    return {
        headers.decoded(key[len(_GROUP) :]).replace("_", "-").lower(): [
            name for name in (part.strip() for part in headers.decoded(value).split(",")) if name
        ]
        for key, value in environ.items()
        if key.startswith(_GROUP)
    }


def told_groups(context: RequestContext, account: str) -> dict[str, str]:
    """Return an account's groups, to who may change them."""
    if not store.is_owner(context, account):
        return {}
    return {
        headers.encoded(f"X-Account-Group-{name.title()}"): headers.encoded(",".join(members))
        for name, members in store.groups_of(context, account).items()
    }
