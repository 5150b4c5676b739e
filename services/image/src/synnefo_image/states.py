# SPDX-License-Identifier: Apache-2.0
"""The states of an image and who sees it."""

from __future__ import annotations

QUEUED = "queued"
"""There is no content yet."""
SAVING = "saving"
"""Content is coming in."""
UPLOADING = "uploading"
"""Content is staged, or coming in to be: an import makes something of it."""
IMPORTING = "importing"
"""The worker is at it."""
ACTIVE = "active"
"""There is content, and it stays the same."""

DEACTIVATED = "deactivated"
"""There is content, which only administrators read until somebody has looked at it."""

TAKES_CONTENT = frozenset({QUEUED, SAVING})
"""An upload that was cut off leaves SAVING behind: the next one takes over."""

PRIVATE = "private"
"""Its owner's alone."""
SHARED = "shared"
"""Its owner's and of those whom the owner names."""
COMMUNITY = "community"
"""Everybody's who knows of it; shown in nobody's list unless asked for."""
PUBLIC = "public"
"""Everybody's."""

OPEN = frozenset({COMMUNITY, PUBLIC})

PENDING = "pending"
"""Shared with a project that has said nothing yet: its lists leave the image out."""
ACCEPTED = "accepted"
"""Its lists show the image."""
REJECTED = "rejected"
"""Its lists leave the image out for good."""

ANSWERS = (PENDING, ACCEPTED, REJECTED)

TASK_PENDING = "pending"
"""An import waits for a worker."""
TASK_PROCESSING = "processing"
"""A worker is at it."""
TASK_SUCCESS = "success"
"""It is done."""
TASK_FAILURE = "failure"
"""It failed, and left nothing."""
