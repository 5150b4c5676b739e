# SPDX-License-Identifier: Apache-2.0
"""The names of the sagas."""

CREATE = "volume.create"
DELETE = "volume.delete"
SNAPSHOT = "volume.snapshot"
EXTEND = "volume.extend"
REVERT = "volume.revert"
FENCE = "volume.fence"
UPLOAD = "volume.upload"
BACKUP = "volume.backup"
RESTORE = "volume.restore"
MOVE = "volume.move"
DROP = "volume.drop"
