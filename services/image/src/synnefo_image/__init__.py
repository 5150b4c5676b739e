# SPDX-License-Identifier: Apache-2.0
"""Images: content of the store with a name, properties and an owner."""

from synnefo_image import states
from synnefo_image.contents import open_content, upload
from synnefo_image.images import create, delete, list_images, show, tag, untag, update
from synnefo_image.values import (
    Image,
    ImageChanges,
    ImageSpec,
    Location,
    PropertyEdit,
    Selection,
)

__all__ = [
    "Image",
    "ImageChanges",
    "ImageSpec",
    "Location",
    "PropertyEdit",
    "Selection",
    "create",
    "delete",
    "list_images",
    "open_content",
    "show",
    "states",
    "tag",
    "untag",
    "update",
    "upload",
]
