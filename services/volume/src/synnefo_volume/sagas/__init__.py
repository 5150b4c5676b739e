# SPDX-License-Identifier: Apache-2.0
"""What the worker does for volumes, one module a saga."""

from synnefo_volume.sagas import (
    backup_volume,
    create_volume,
    delete_volume,
    drop_head,
    extend_volume,
    fence_volume,
    move_volume,
    restore_volume,
    revert_volume,
    take_snapshot,
    upload_volume,
)

SAGAS = (
    create_volume.SAGA,
    delete_volume.SAGA,
    take_snapshot.SAGA,
    extend_volume.SAGA,
    revert_volume.SAGA,
    fence_volume.SAGA,
    upload_volume.SAGA,
    backup_volume.SAGA,
    restore_volume.SAGA,
    move_volume.SAGA,
    drop_head.SAGA,
)
