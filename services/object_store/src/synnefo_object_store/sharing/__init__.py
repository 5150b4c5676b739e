# SPDX-License-Identifier: Apache-2.0
"""Objects and folders that users share with one another, and the groups they name for that.

What is shared belongs to the path. A folder (an object whose content type says so) shares all
below it that shares nothing itself: the nearest counts, alone (PIT-032…035).
"""

from sqlalchemy.orm import Session

from synnefo_object_store.sharing import addresses, grants
from synnefo_object_store.sharing.among import addresses_among, shared_among
from synnefo_object_store.sharing.grants import (
    Shared,
    Sharing,
    accounts_with,
    allows,
    containers_with,
    is_any_granted,
    nearest,
    replace,
)
from synnefo_object_store.sharing.groups import (
    check_groups,
    grantees_of,
    groups_of,
    update_groups,
)
from synnefo_object_store.sharing.roots import Roots
from synnefo_object_store.versions import Slot

__all__ = [
    "Roots",
    "Shared",
    "Sharing",
    "accounts_with",
    "addresses",
    "addresses_among",
    "allows",
    "check_groups",
    "containers_with",
    "forget",
    "grantees_of",
    "grants",
    "groups_of",
    "is_any_granted",
    "nearest",
    "replace",
    "shared_among",
    "update_groups",
]


def forget(session: Session, slot: Slot) -> None:
    """Allow nothing more at a path. Call it when what was there is gone, in its transaction."""
    grants.forget(session, slot)
    addresses.unpublish(session, slot)
