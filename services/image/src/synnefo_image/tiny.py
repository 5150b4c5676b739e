# SPDX-License-Identifier: Apache-2.0
"""The image ``tiny``: the smallest disk from which a PC boots, for a cloud without images."""

from __future__ import annotations

import io

import synnefo_object_store
from synnefo_core import bootstrap
from synnefo_core.cloud import Cloud
from synnefo_core.context import ADMIN_ROLE, RequestContext
from synnefo_image import images, states
from synnefo_image.contents import CONTENT_TYPE
from synnefo_image.values import ImageSpec, Location

SYSTEM_PROJECT = "system"
"""The account of what belongs to the cloud itself; identity knows no such project."""

NAME = "tiny"
DISK_BYTES = 4 * 1024 * 1024
_SECTOR_BYTES = 512
_LOADED_AT = 0x7C00
_DONE = "image.tiny"

DESCRIPTION = (
    "A disk of 4 MiB whose boot sector writes a line to the screen and halts. It proves that a "
    "server boots; there is no operating system on it."
)
MESSAGE = "Synnefo: the tiny image has booted. There is nothing else on this disk.\r\n"


def boot_sector() -> bytes:
    """Return a boot sector that writes the message through the BIOS and halts.

    ::

        00  xor ax, ax; mov ds, ax; cld
        05  mov si, message
        08  lodsb; test al, al; jz 16h          next character, or done
        0D  mov ah, 0Eh; mov bx, 7; int 10h     write it
        14  jmp 08h
        16  hlt; jmp 16h
        19  message, ended by a zero
    """
    message_at = (_LOADED_AT + 0x19).to_bytes(2, "little")
    code = bytes.fromhex("31c0 8ed8 fc be") + message_at
    code += bytes.fromhex("ac 84c0 7409 b40e bb0700 cd10 ebf2 f4 ebfd")
    content = code + MESSAGE.encode() + b"\0"
    return content.ljust(_SECTOR_BYTES - 2, b"\0") + b"\x55\xaa"


def disk() -> bytes:
    """Return the whole disk."""
    return boot_sector().ljust(DISK_BYTES, b"\0")


def make(cloud: Cloud) -> None:
    """Make the image once, unless the operator wants none.

    A start that was cut off leaves no more than the object, which the next one replaces.
    """
    if not cloud.config.image.tiny or bootstrap.was_done(cloud, _DONE):
        return
    context = RequestContext(
        cloud=cloud,
        user_id=SYSTEM_PROJECT,
        project_id=SYSTEM_PROJECT,
        roles=frozenset({ADMIN_ROLE, "service"}),
    )
    location = _store(context)
    spec = ImageSpec(
        name=NAME,
        visibility=states.PUBLIC,
        disk_format="raw",
        container_format="bare",
        properties={"description": DESCRIPTION, "os_type": "other"},
        location=location,
    )
    with bootstrap.once(cloud, _DONE) as is_first:
        if is_first:
            images.create(context, spec)


def _store(context: RequestContext) -> Location:
    """Store the disk as an object of the cloud's own account."""
    place = Location(SYSTEM_PROJECT, context.cloud.config.image.container, NAME)
    synnefo_object_store.create_container(context, place.account, place.container, {})
    synnefo_object_store.put_object(
        context,
        place.account,
        place.container,
        place.name,
        read=io.BytesIO(disk()).read,
        incoming=synnefo_object_store.Incoming(CONTENT_TYPE, size_bytes=DISK_BYTES),
    )
    return place
