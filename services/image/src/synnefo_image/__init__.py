# SPDX-License-Identifier: Apache-2.0
"""Images: content of the store with a name, properties and an owner."""

from synnefo_image import states
from synnefo_image.contents import open_content, upload
from synnefo_image.headers import UnfitDisk
from synnefo_image.images import (
    create,
    deactivate,
    reactivate,
    show,
    tag,
    untag,
    update,
)
from synnefo_image.importing import METHODS, Import, begin_import, require_store, stage
from synnefo_image.listing import list_images
from synnefo_image.members import (
    add_member,
    answer,
    list_members,
    remove_member,
    show_member,
)
from synnefo_image.removal import delete
from synnefo_image.tasks import Task, list_tasks, show_task
from synnefo_image.values import (
    Bound,
    Image,
    ImageChanges,
    ImageSpec,
    Location,
    Member,
    PropertyEdit,
    Selection,
)

__all__ = [
    "METHODS",
    "Bound",
    "Image",
    "ImageChanges",
    "ImageSpec",
    "Import",
    "Location",
    "Member",
    "PropertyEdit",
    "Selection",
    "Task",
    "UnfitDisk",
    "add_member",
    "answer",
    "begin_import",
    "create",
    "deactivate",
    "delete",
    "list_images",
    "list_members",
    "list_tasks",
    "open_content",
    "reactivate",
    "remove_member",
    "require_store",
    "show",
    "show_member",
    "show_task",
    "stage",
    "states",
    "tag",
    "untag",
    "update",
    "upload",
]
