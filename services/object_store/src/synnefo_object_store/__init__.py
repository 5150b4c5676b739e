# SPDX-License-Identifier: Apache-2.0
"""The room of files: accounts, containers and objects over content-addressed blocks.

Functions take the context of the caller first and refuse those who may not. An account's id is
that of its project.
"""

from synnefo_object_store.access import Visitor, is_owner
from synnefo_object_store.accounts import show_account, update_account
from synnefo_object_store.containers import (
    create_container,
    delete_container,
    show_container,
    update_container,
)
from synnefo_object_store.copies import Copying, copy_object
from synnefo_object_store.engine import engine
from synnefo_object_store.hashmaps import Hashmap, Missing, hashmap_of, put_blocks, put_hashmap
from synnefo_object_store.limits import LIMITS
from synnefo_object_store.listing import list_containers, list_objects
from synnefo_object_store.objects import (
    delete_object,
    find_object,
    open_object,
    put_object,
    update_object,
)
from synnefo_object_store.past import delete_version, list_versions, restore_version
from synnefo_object_store.patches import Patch, patch_object
from synnefo_object_store.rows import DISKSPACE
from synnefo_object_store.values import (
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
from synnefo_object_store.versions import Place

__all__ = [
    "DISKSPACE",
    "LIMITS",
    "AccountInfo",
    "Condition",
    "ContainerInfo",
    "Copying",
    "Folder",
    "Hashmap",
    "Incoming",
    "ListedContainer",
    "ListedObject",
    "ListedVersion",
    "Missing",
    "ObjectInfo",
    "Patch",
    "Place",
    "Visitor",
    "Window",
    "copy_object",
    "create_container",
    "delete_container",
    "delete_object",
    "delete_version",
    "engine",
    "find_object",
    "hashmap_of",
    "is_owner",
    "list_containers",
    "list_objects",
    "list_versions",
    "open_object",
    "patch_object",
    "put_blocks",
    "put_hashmap",
    "put_object",
    "restore_version",
    "show_account",
    "show_container",
    "update_account",
    "update_container",
    "update_object",
]
