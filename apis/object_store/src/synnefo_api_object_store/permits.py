# SPDX-License-Identifier: Apache-2.0
"""What others may do, in headers: X-Object-Sharing, X-Object-Public, X-Account-Group-Name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote, urlsplit

import synnefo_object_store as store
from synnefo_api_object_store import headers, names
from synnefo_api_object_store.headers import Environ
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store import ObjectInfo, Permits, Place, Shared, Sharing

EVERYBODY = "*"
SHARING, PUBLIC = "X-Object-Sharing", "X-Object-Public"
_GROUP = "HTTP_X_ACCOUNT_GROUP_"


def asked(context: RequestContext, environ: Environ) -> Permits | None:
    """Return what others may do with an object from now on; None: as it is.

    Raises:
        Invalid: A header can't be understood.
    """
    sharing, text = _sharing(context, environ), headers.given(environ, PUBLIC)
    if sharing is None and text is None:
        return None
    if text is not None and text.strip().lower() not in ("true", "false"):
        msg = f"{PUBLIC} must be true or false"
        raise Invalid(msg)
    return Permits(sharing, None if text is None else text.strip().lower() == "true")


def _sharing(context: RequestContext, environ: Environ) -> Sharing | None:
    text = headers.given(environ, SHARING)
    if text is None:
        return None
    found: dict[str, frozenset[str]] = {}
    for part in (part.strip() for part in text.split(";") if part.strip()):
        right, _, names = part.partition("=")
        grantees = frozenset(_grantee(name.strip()) for name in names.split(",") if name.strip())
        if right.strip() not in ("read", "write") or right.strip() in found or not grantees:
            msg = f"{SHARING} must be like read=USER,ACCOUNT:GROUP;write=USER"
            raise Invalid(msg)
        found[right.strip()] = grantees
    meant = _meant(context, frozenset().union(*found.values()))
    writers = frozenset(meant[name] for name in found.get("write", ()))
    return Sharing(frozenset(meant[name] for name in found.get("read", ())) - writers, writers)


def _grantee(text: str) -> str:
    user_or_account, colon, group = unquote(text).partition(":")
    return f"{user_or_account}:{group.lower()}" if colon else user_or_account


def _meant(context: RequestContext, grantees: Iterable[str]) -> dict[str, str]:
    """Return whom names stand for: users, groups of accounts, all."""
    pairs = {name: name.partition(":") for name in grantees if name != EVERYBODY}
    groups = {
        name: f"{account_id(names.account(context, of))}:{group}"
        for name, (of, colon, group) in pairs.items()
        if colon
    }
    return {EVERYBODY: EVERYBODY, **groups, **names.ids(context, pairs.keys() - groups.keys())}


def told(context: RequestContext, found: ObjectInfo) -> dict[str, str]:
    """Return what is told of what others may do with an object."""
    address = store.address_of(context, found)
    told = {} if address is None else {PUBLIC: _path(context, address)}
    return told | _told_sharing(context, found)


def _path(context: RequestContext, address: str) -> str:
    return f"{urlsplit(context.cloud.public_url).path.rstrip('/')}/object-store/public/{address}"


def _told_sharing(context: RequestContext, found: ObjectInfo) -> dict[str, str]:
    shared = store.sharing_of(context, found)
    if shared is None:
        return {}
    place = Place(found.account, found.container, found.name)
    called = _called(context, place.account, [shared])
    return _worded(place, shared, called, is_owner=store.is_owner(context, found.account))


def _called(context: RequestContext, account: str, shared: Iterable[Shared]) -> Mapping[str, str]:
    """Return how those are called who are named in what is told."""
    grantees = {name for each in shared for name in each.sharing.everyone}
    return names.shown(context, {account, *(name.partition(":")[0] for name in grantees)})


def _worded(
    place: Place, shared: Shared, called: Mapping[str, str], *, is_owner: bool
) -> dict[str, str]:
    told = {}
    if is_owner:
        told[SHARING] = _text(shared.sharing, called)
    else:
        told["X-Object-Allowed-To"] = "write" if shared.sharing.writers else "read"
    if shared.name != place.name:
        account = called.get(place.account, place.account)
        told["X-Object-Shared-By"] = quote(f"{account}/{place.container}/{shared.name}")
    return told


def told_among(
    context: RequestContext, account: str, container: str, listed: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return what is told of listed objects by :func:`told`, as fields, by their names."""
    if not listed:
        return {}
    is_owner = store.is_owner(context, account)
    shared = store.sharing_among(context, account, container, listed)
    called = _called(context, account, shared.values())
    found = {
        name: _worded(Place(account, container, name), each, called, is_owner=is_owner)
        for name, each in shared.items()
    }
    for name, address in store.addresses_among(context, account, container, listed).items():
        found.setdefault(name, {})[PUBLIC] = _path(context, address)
    return {
        name: {header.lower().replace("-", "_"): text for header, text in told.items()}
        for name, told in found.items()
    }


def _text(sharing: Sharing, called: Mapping[str, str]) -> str:
    def word(grantee: str) -> str:
        name, colon, group = grantee.partition(":")
        return quote(called.get(name, name) + colon + group, safe=":*")

    parts = {"read": sharing.readers, "write": sharing.writers}
    return ";".join(
        f"{right}={','.join(sorted(map(word, grantees)))}"
        for right, grantees in parts.items()
        if grantees
    )


def groups(context: RequestContext, environ: Environ) -> dict[str, list[str]]:
    """Return the groups that a request sets, or removes as empty.

    Raises:
        Invalid: One names nobody.
    """
    found = _groups(environ)
    meant = names.ids(context, {name for members in found.values() for name in members})
    return {group: [meant[name] for name in members] for group, members in found.items()}


def _groups(environ: Environ) -> dict[str, list[str]]:
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
    found = store.groups_of(context, account)
    called = names.shown(context, {user_id for members in found.values() for user_id in members})
    return {
        headers.encoded(f"X-Account-Group-{group.title()}"): headers.encoded(
            ",".join(called.get(user_id, user_id) for user_id in members)
        )
        for group, members in found.items()
    }
