# SPDX-License-Identifier: Apache-2.0
"""What the worker does for servers, one module a saga."""

from synnefo_compute.sagas import (
    act,
    cards,
    confirm_resize,
    create_image,
    create_server,
    delete_server,
    move_server,
    rebuild_server,
    rescue_server,
    resize_server,
    volumes,
)

SAGAS = (
    create_server.SAGA,
    create_image.SAGA,
    delete_server.SAGA,
    act.SAGA,
    resize_server.RESIZE_SAGA,
    resize_server.REVERT_SAGA,
    confirm_resize.SAGA,
    rebuild_server.SAGA,
    rescue_server.RESCUE_SAGA,
    rescue_server.UNRESCUE_SAGA,
    cards.ATTACH_SAGA,
    cards.DETACH_SAGA,
    volumes.ATTACH_SAGA,
    volumes.DETACH_SAGA,
    move_server.SAGA,
)
