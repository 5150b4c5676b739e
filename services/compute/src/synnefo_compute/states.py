# SPDX-License-Identifier: Apache-2.0
"""The states of a server as data: what it is, what is being done, what may be asked.

``vm_state`` says what a server is, ``task_state`` what is being done to it; only one task
at a time (SEM-005). Deleting is always possible and takes over any task (SEM-003).
"""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_core.errors import InvalidState

BUILDING = "building"
"""Being made; not there yet."""
ACTIVE = "active"
"""Running."""
STOPPED = "stopped"
"""There, not running."""
RESIZED = "resized"
"""Of another size, which its owner has still to confirm or to revert; running or not."""
RESCUED = "rescued"
"""Started from a medium by which its owner puts it right; running or not."""
ERROR = "error"
"""Could not be made, or is not as it should be; stays until its owner deletes it."""
DELETED = "deleted"
"""Gone; the row stays for the record."""

RUNNABLE = frozenset({ACTIVE, RESIZED, RESCUED})
"""In which a server may run."""

NO_TASK = ""
"""Nothing is being done."""
SPAWNING = "spawning"
"""The cluster makes it."""
STARTING = "powering-on"
"""The cluster starts it."""
STOPPING = "powering-off"
"""The cluster stops it."""
REBOOTING = "rebooting"
"""The guest is asked to restart."""
REBOOTING_HARD = "rebooting_hard"
"""It is restarted without asking the guest."""
RESIZING = "resize_prep"
"""It gets another size."""
CONFIRMING = "resize_confirming"
"""It keeps its new size."""
REVERTING = "resize_reverting"
"""It gets its old size back."""
REBUILDING = "rebuilding"
"""Its disk is written anew."""
RESCUING = "rescuing"
"""It is restarted from a medium."""
UNRESCUING = "unrescuing"
"""It is restarted from its own disk."""
CONNECTING = "connecting"
"""It gets another network card."""
DISCONNECTING = "disconnecting"
"""It loses a network card."""
ATTACHING = "attaching_volume"
"""It gets a volume for a disk."""
DETACHING = "detaching_volume"
"""It loses a volume."""
MIGRATING = "migrating"
"""It moves to another node."""
IMAGING = "image_snapshot"
"""An image is made of its disk."""
BACKING_UP = "image_backup"
"""An image is made of its disk that takes the place of older ones."""
DELETING = "deleting"
"""It is being removed."""


@dataclass(frozen=True)
class Transition:
    """What an action needs and does: from which states, by which task, to which state.

    An empty ``target`` is the state in which it was. What only looks at a server is done to locked
    ones, too.
    """

    action: str
    sources: frozenset[str]
    task: str
    target: str = ""
    only_looks: bool = False


START = Transition("start", frozenset({STOPPED}), STARTING, ACTIVE)
STOP = Transition("stop", frozenset({ACTIVE, ERROR}), STOPPING, STOPPED)
REBOOT = Transition("reboot", frozenset({ACTIVE}), REBOOTING, ACTIVE)
REBOOT_HARD = Transition("reboot", frozenset({ACTIVE, STOPPED, ERROR}), REBOOTING_HARD, ACTIVE)
RESIZE = Transition("resize", frozenset({ACTIVE, STOPPED}), RESIZING, RESIZED)
CONFIRM_RESIZE = Transition("confirmResize", frozenset({RESIZED}), CONFIRMING, ACTIVE)
REVERT_RESIZE = Transition("revertResize", frozenset({RESIZED}), REVERTING, ACTIVE)
REBUILD = Transition("rebuild", frozenset({ACTIVE, STOPPED, ERROR}), REBUILDING, ACTIVE)
RESCUE = Transition("rescue", frozenset({ACTIVE, STOPPED, ERROR}), RESCUING, RESCUED)
UNRESCUE = Transition("unrescue", frozenset({RESCUED}), UNRESCUING, ACTIVE)
MIGRATE_LIVE = Transition("live-migration", frozenset({ACTIVE}), MIGRATING, ACTIVE)
ATTACH_INTERFACE = Transition("attach_interface", frozenset({ACTIVE, STOPPED}), CONNECTING)
DETACH_INTERFACE = Transition("detach_interface", frozenset({ACTIVE, STOPPED}), DISCONNECTING)
ATTACH_VOLUME = Transition("attach_volume", frozenset({ACTIVE, STOPPED}), ATTACHING)
DETACH_VOLUME = Transition("detach_volume", frozenset({ACTIVE, STOPPED}), DETACHING)
MIGRATE = Transition("migrate", frozenset({ACTIVE, STOPPED}), MIGRATING)
CREATE_IMAGE = Transition("createImage", frozenset({ACTIVE, STOPPED}), IMAGING, only_looks=True)
CREATE_BACKUP = Transition(
    "createBackup", frozenset({ACTIVE, STOPPED}), BACKING_UP, only_looks=True
)

TRANSITIONS = (
    START,
    STOP,
    REBOOT,
    REBOOT_HARD,
    RESIZE,
    CONFIRM_RESIZE,
    REVERT_RESIZE,
    REBUILD,
    RESCUE,
    UNRESCUE,
    MIGRATE_LIVE,
    MIGRATE,
    ATTACH_INTERFACE,
    DETACH_INTERFACE,
    ATTACH_VOLUME,
    DETACH_VOLUME,
    CREATE_IMAGE,
    CREATE_BACKUP,
)


def check(transition: Transition, *, vm_state: str, task_state: str) -> None:
    """Refuse an action that the server's state does not allow; raises what :func:`require` does."""
    require(transition.action, transition.sources, vm_state=vm_state, task_state=task_state)


def require(action: str, sources: frozenset[str], *, vm_state: str, task_state: str) -> None:
    """Refuse what can only be done in some states, while nothing else is being done.

    Raises:
        InvalidState: Names the state, or the task that must end first.
    """
    noun = "server"
    if task_state != NO_TASK:
        raise InvalidState(noun, f"in task {task_state}", action)
    if vm_state not in sources:
        raise InvalidState(noun, vm_state, action)
