# SPDX-License-Identifier: Apache-2.0
"""The states of volumes, snapshots and attachments, by Cinder's names."""

from __future__ import annotations

CREATING = "creating"
AVAILABLE = "available"
RESERVED = "reserved"
"""Somebody is about to attach it."""
ATTACHING = "attaching"
IN_USE = "in-use"
DETACHING = "detaching"
EXTENDING = "extending"
RETYPING = "retyping"
REVERTING = "reverting"
UPLOADING = "uploading"
BACKING_UP = "backing-up"
RESTORING = "restoring-backup"
AWAITING_TRANSFER = "awaiting-transfer"
MAINTENANCE = "maintenance"
DELETING = "deleting"
ERROR = "error"
ERROR_DELETING = "error_deleting"
ERROR_EXTENDING = "error_extending"
ERROR_RESTORING = "error_restoring"

ATTACHED = "attached"
"""An attachment that is used."""
ERROR_ATTACHING = "error_attaching"

VOLUME = frozenset(
    {
        CREATING,
        AVAILABLE,
        RESERVED,
        ATTACHING,
        IN_USE,
        DETACHING,
        EXTENDING,
        RETYPING,
        REVERTING,
        UPLOADING,
        BACKING_UP,
        RESTORING,
        AWAITING_TRANSFER,
        MAINTENANCE,
        DELETING,
        ERROR,
        ERROR_DELETING,
        ERROR_EXTENDING,
        ERROR_RESTORING,
    }
)
"""All that a volume may be in."""

SNAPSHOT = frozenset({CREATING, AVAILABLE, DELETING, ERROR, ERROR_DELETING})
"""All that a snapshot may be in."""

BACKUP = frozenset({CREATING, AVAILABLE, DELETING, ERROR, ERROR_DELETING})
"""All that a backup may be in."""

DELETABLE = frozenset(
    {CREATING, AVAILABLE, ERROR, ERROR_DELETING, ERROR_EXTENDING, ERROR_RESTORING}
)
"""A volume in one of these may be deleted; what is being made is taken back."""

READABLE = frozenset({AVAILABLE, IN_USE})
"""A volume in one of these has a content that can be kept or copied."""

BUSY = frozenset(
    {
        CREATING,
        EXTENDING,
        RETYPING,
        REVERTING,
        UPLOADING,
        BACKING_UP,
        RESTORING,
        MAINTENANCE,
        DELETING,
    }
)
"""The worker is at a volume in one of these; it goes back to what its attachments make it."""
