# SPDX-License-Identifier: Apache-2.0
"""The room of files: accounts, containers and objects over content-addressed blocks.

Functions take the context of the caller first and refuse those who may not. An account's id is
that of its project.
"""

from synnefo_object_store.access import Visitor, is_owner, require_owner
from synnefo_object_store.accounts import show_account, update_account
from synnefo_object_store.adopted import put_content
from synnefo_object_store.containers import (
    create_container,
    delete_container,
    show_container,
    update_container,
)
from synnefo_object_store.contents import contents_of
from synnefo_object_store.copies import Copying, copy_object, move_object
from synnefo_object_store.criteria import Criterion
from synnefo_object_store.domains import FILES, check_domain, qualified, qualified_name, within
from synnefo_object_store.engine import engine
from synnefo_object_store.hashmaps import Hashmap, Missing, hashmap_of, put_blocks, put_hashmap
from synnefo_object_store.inside import InnerEntry, InnerFile, InnerPart, look_inside
from synnefo_object_store.keys import keys_in_use
from synnefo_object_store.large import (
    MANIFEST_LIMITS,
    MOST_SEGMENTS,
    Assembly,
    Segment,
    Whole,
    assembled,
    copy_whole,
    measured,
    put_manifest,
    segments_of,
)
from synnefo_object_store.limits import LIMITS
from synnefo_object_store.links import MOST_STEPS, Link, find_object, follow, put_link
from synnefo_object_store.listing import list_accounts, list_containers, list_objects
from synnefo_object_store.objects import (
    delete_object,
    open_object,
    put_object,
    show_object,
    update_object,
)
from synnefo_object_store.owned import is_paid_for
from synnefo_object_store.past import delete_version, list_past, list_versions, restore_version
from synnefo_object_store.patches import Patch, patch_object
from synnefo_object_store.payers import limits as limits_of_payers
from synnefo_object_store.permits import (
    Permits,
    address_of,
    addresses_among,
    check_permits,
    find_published,
    permit_object,
    sharing_among,
    sharing_of,
)
from synnefo_object_store.publications import published
from synnefo_object_store.purges import purge_container, purge_object
from synnefo_object_store.retrospect import (
    list_containers_at,
    list_objects_at,
    show_account_at,
    show_container_at,
)
from synnefo_object_store.rows import DISKSPACE
from synnefo_object_store.sharing import Shared, Sharing, groups_of
from synnefo_object_store.signatures import ALGORITHMS, Signature, deputised
from synnefo_object_store.trees import (
    DELIMITER,
    copy_folder,
    delete_folder,
    empty_container,
    move_folder,
)
from synnefo_object_store.values import (
    MANIFEST,
    AccountInfo,
    Condition,
    ContainerInfo,
    Folder,
    Incoming,
    ListedContainer,
    ListedObject,
    ListedVersion,
    ObjectInfo,
    Window,
)
from synnefo_object_store.versions import STATIC, SYMLINK, Place

__all__ = [
    "ALGORITHMS",
    "DELIMITER",
    "DISKSPACE",
    "FILES",
    "LIMITS",
    "MANIFEST",
    "MANIFEST_LIMITS",
    "MOST_SEGMENTS",
    "MOST_STEPS",
    "STATIC",
    "SYMLINK",
    "AccountInfo",
    "Assembly",
    "Condition",
    "ContainerInfo",
    "Copying",
    "Criterion",
    "Folder",
    "Hashmap",
    "Incoming",
    "InnerEntry",
    "InnerFile",
    "InnerPart",
    "Link",
    "ListedContainer",
    "ListedObject",
    "ListedVersion",
    "Missing",
    "ObjectInfo",
    "Patch",
    "Permits",
    "Place",
    "Segment",
    "Shared",
    "Sharing",
    "Signature",
    "Visitor",
    "Whole",
    "Window",
    "address_of",
    "addresses_among",
    "assembled",
    "check_domain",
    "check_permits",
    "contents_of",
    "copy_folder",
    "copy_object",
    "copy_whole",
    "create_container",
    "delete_container",
    "delete_folder",
    "delete_object",
    "delete_version",
    "deputised",
    "empty_container",
    "engine",
    "find_object",
    "find_published",
    "follow",
    "groups_of",
    "hashmap_of",
    "is_owner",
    "is_paid_for",
    "keys_in_use",
    "limits_of_payers",
    "list_accounts",
    "list_containers",
    "list_containers_at",
    "list_objects",
    "list_objects_at",
    "list_past",
    "list_versions",
    "look_inside",
    "measured",
    "move_folder",
    "move_object",
    "open_object",
    "patch_object",
    "permit_object",
    "published",
    "purge_container",
    "purge_object",
    "put_blocks",
    "put_content",
    "put_hashmap",
    "put_link",
    "put_manifest",
    "put_object",
    "qualified",
    "qualified_name",
    "require_owner",
    "restore_version",
    "segments_of",
    "sharing_among",
    "sharing_of",
    "show_account",
    "show_account_at",
    "show_container",
    "show_container_at",
    "show_object",
    "update_account",
    "update_container",
    "update_object",
    "within",
]
