# SPDX-License-Identifier: Apache-2.0
"""Images: content of the store with a name, properties and an owner."""

from synnefo_image import states
from synnefo_image.contents import open_content, upload
from synnefo_image.images import (
    create,
    deactivate,
    delete,
    reactivate,
    show,
    tag,
    untag,
    update,
)
from synnefo_image.listing import list_images
from synnefo_image.members import (
    add_member,
    answer,
    list_members,
    remove_member,
    show_member,
)
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
    "Bound",
    "Image",
    "ImageChanges",
    "ImageSpec",
    "Location",
    "Member",
    "PropertyEdit",
    "Selection",
    "add_member",
    "answer",
    "create",
    "deactivate",
    "delete",
    "list_images",
    "list_members",
    "open_content",
    "reactivate",
    "remove_member",
    "show",
    "show_member",
    "states",
    "tag",
    "untag",
    "update",
    "upload",
]
