# SPDX-License-Identifier: Apache-2.0
"""The kinds of our sagas."""

CREATE = "compute.create_server"
DELETE = "compute.delete_server"
ACT = "compute.act"
RESIZE = "compute.resize_server"
CONFIRM = "compute.confirm_resize"
REVERT = "compute.revert_resize"
REBUILD = "compute.rebuild_server"
RESCUE = "compute.rescue_server"
UNRESCUE = "compute.unrescue_server"
ATTACH = "compute.attach_card"
DETACH = "compute.detach_card"
ATTACH_VOLUME = "compute.attach_volume"
DETACH_VOLUME = "compute.detach_volume"
MOVE = "compute.move_server"
IMAGE = "compute.create_image"

GIVEN_UP = (
    CREATE,
    ACT,
    RESIZE,
    CONFIRM,
    REVERT,
    REBUILD,
    RESCUE,
    UNRESCUE,
    ATTACH,
    DETACH,
    ATTACH_VOLUME,
    DETACH_VOLUME,
    MOVE,
    IMAGE,
)
"""What is given up for a deletion, which goes on from there."""
