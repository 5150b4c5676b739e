# SPDX-License-Identifier: Apache-2.0
"""The room of files: accounts, containers and objects over content-addressed blocks.

Functions take the context of the caller first and refuse those who may not. An account's id is
that of its project.
"""

from synnefo_object_store.accounts import show_account, update_account
from synnefo_object_store.containers import (
    create_container,
    delete_container,
    show_container,
    update_container,
)
from synnefo_object_store.engine import engine
from synnefo_object_store.limits import LIMITS
from synnefo_object_store.listing import list_containers, list_objects
from synnefo_object_store.objects import (
    DISKSPACE,
    delete_object,
    find_object,
    open_object,
    put_object,
    update_object,
)
from synnefo_object_store.values import (
    AccountInfo,
    Condition,
    ContainerInfo,
    Folder,
    Incoming,
    ListedContainer,
    ListedObject,
    ObjectInfo,
    Window,
)

__all__ = [
    "DISKSPACE",
    "LIMITS",
    "AccountInfo",
    "Condition",
    "ContainerInfo",
    "Folder",
    "Incoming",
    "ListedContainer",
    "ListedObject",
    "ObjectInfo",
    "Window",
    "create_container",
    "delete_container",
    "delete_object",
    "engine",
    "find_object",
    "list_containers",
    "list_objects",
    "open_object",
    "put_object",
    "show_account",
    "show_container",
    "update_account",
    "update_container",
    "update_object",
]
