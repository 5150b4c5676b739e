# SPDX-License-Identifier: Apache-2.0
"""Objects and folders that users share with one another, and the groups they name for that.

What is shared belongs to the path. A folder (an object whose content type says so) shares all
below it that shares nothing itself: the nearest counts, alone (PIT-032…035).
"""

from synnefo_object_store.sharing.grants import (
    Shared,
    Sharing,
    allows,
    forget,
    is_any_granted,
    nearest,
    replace,
)
from synnefo_object_store.sharing.groups import check_groups, groups_of, update_groups

__all__ = [
    "Shared",
    "Sharing",
    "allows",
    "check_groups",
    "forget",
    "groups_of",
    "is_any_granted",
    "nearest",
    "replace",
    "update_groups",
]
