# SPDX-License-Identifier: Apache-2.0
"""What the worker does for volumes, one module a saga."""

from synnefo_volume.sagas import create_volume, delete_volume, take_snapshot

SAGAS = (create_volume.SAGA, delete_volume.SAGA, take_snapshot.SAGA)
