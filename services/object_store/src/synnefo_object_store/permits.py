# SPDX-License-Identifier: Apache-2.0
"""What an owner allows others to do with an object: it is shared, or public at an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_object_store import access, containers, sharing, versions
from synnefo_object_store.sharing import Shared, Sharing, addresses, grants
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Place, Slot


@dataclass(frozen=True)
class Permits:
    """What is to be allowed from now on; None: as it is."""

    sharing: Sharing | None = None
    is_public: bool | None = None


def check_permits(context: RequestContext, account: str, permits: Permits | None) -> None:
    """Refuse to allow this in an account; None allows nothing.

    Raises:
        Forbidden: The caller may not.
        Invalid: Somebody can't be named.
    """
    if permits is not None:
        access.require_owner(context, account)
        if permits.sharing is not None:
            permits.sharing.check()


def permit(session: Session, slot: Slot, found: ObjectInfo, permits: Permits) -> None:
    """Allow this for an object that was found; who calls holds it."""
    if permits.sharing is not None:
        grants.replace(session, slot, found, permits.sharing)
    if permits.is_public:
        addresses.publish(session, slot, found)
    elif permits.is_public is not None:
        addresses.unpublish(session, slot)


def permit_object(context: RequestContext, place: Place, permits: Permits) -> None:
    """Allow this for an object; of a folder that is shared all below it is.

    Raises:
        Forbidden: The caller may not.
        Invalid: It can't be shared so.
        NotFound: There is no such object.
    """
    check_permits(context, place.account, permits)

    def change(session: Session) -> None:
        row = versions.required(context, session, place)
        found = versions.shown(place, row)
        # Held, so that what removes the object finds what it allows.
        if not versions.hold(session, found):
            raise versions.Raced
        permit(session, Slot.of(row, place.name), found, permits)

    versions.settled(context, change)


def sharing_of(context: RequestContext, found: ObjectInfo) -> Shared | None:
    """Return how an object that was found is shared; None if it is not.

    Who may not change that is told only whether and how it is shared with them.
    """
    if not found.is_among_shared:
        return None
    shared = grants.nearest(context, Place(found.account, found.container, found.name))
    if shared is None or access.is_owner(context, found.account):
        return shared
    if grants.allows(context, shared, writes=True):
        return _told(context, shared, is_writer=True)
    return _told(context, shared) if grants.allows(context, shared) else None


def _told(context: RequestContext, shared: Shared, *, is_writer: bool = False) -> Shared:
    """Return what a guest is told, who is among those that are named."""
    own = frozenset({context.user_id})
    return replace(shared, sharing=Sharing(writers=own) if is_writer else Sharing(own))


def sharing_among(
    context: RequestContext, account: str, container: str, names: Sequence[str]
) -> Mapping[str, Shared]:
    """Return how objects that the caller has listed are shared, by name, as :func:`sharing_of`."""
    number = containers.find_number(context, account, container)
    with context.reading() as session:
        found = sharing.shared_among(session, number, names, context.now())
    grantees = access.grantees(context, account) if found else None
    if grantees is None:
        return found
    own = frozenset(grantees)
    return {
        name: _told(context, shared, is_writer=bool(shared.sharing.writers & own))
        for name, shared in found.items()
        if shared.sharing.everyone & own
    }


def address_of(context: RequestContext, found: ObjectInfo) -> str | None:
    """Return the address at which an object that was found is public, to its owner only."""
    if not found.is_among_shared or not access.is_owner(context, found.account):
        return None
    return addresses.address_of(context, found)


def addresses_among(
    context: RequestContext, account: str, container: str, names: Sequence[str]
) -> Mapping[str, str]:
    """Return the addresses of objects that the caller has listed, by name, to their owner only."""
    if not access.is_owner(context, account):
        return {}
    number = containers.find_number(context, account, container)
    with context.reading() as session:
        return sharing.addresses_among(session, number, names)


def find_published(context: RequestContext, address: str) -> ObjectInfo:
    """Return the object that is public at an address, whoever asks.

    What else is read for it, as the segments of a large one, is up to who asks.

    Raises:
        NotFound: There is none.
    """
    with context.reading() as session:
        row = addresses.find(session, address)
    if row is None or not versions.is_there(row, context.now()):
        noun = "the page"
        raise NotFound(noun)
    return versions.shown(Place(row.of_account, row.of_container, row.name), row)
