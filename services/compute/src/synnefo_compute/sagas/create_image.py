# SPDX-License-Identifier: Apache-2.0
"""Show that an image of a server is being made, until it is there or never will be.

The volume room makes it, and takes it away if it can't; so there is nothing to undo.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.orm import Session

import synnefo_image
from synnefo_compute import actions, states
from synnefo_compute.kinds import IMAGE
from synnefo_compute.models import ServerRow
from synnefo_compute.sagas import instances
from synnefo_compute.sagas.instances import JobFailed
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.errors import Forbidden, NotFound
from synnefo_core.sagas import Run, Saga, Step, Wait
from synnefo_image import Selection


def follow(run: Run) -> Wait | None:
    """Wait until the image has its content."""
    try:
        image = synnefo_image.show(run.context, run.data["image_id"])
    except NotFound as cause:
        msg = "the image could not be made, or was deleted"
        raise JobFailed(msg) from cause
    return None if image.status == synnefo_image.states.ACTIVE else instances.waiting(run)


def rotate(run: Run) -> None:
    """Delete the oldest backups, as many as there are too many; those that are protected stay."""
    if "rotation" not in run.data:
        return
    kind = {"image_type": "backup", "backup_type": run.data["backup_type"]}
    backups = Selection(
        where={
            "owner": [instances.server(run).project_id],
            "status": [synnefo_image.states.ACTIVE],
        },
        properties={"instance_uuid": run.subject_id, **kind},
        visibility="all",
    )
    newest_first = synnefo_image.list_images(run.context, backups)
    for image in newest_first[run.data["rotation"] :]:
        with suppress(Forbidden, NotFound):
            synnefo_image.delete(run.context, image.id)


def succeed(run: Run, session: Session) -> None:
    """Show the server as it was."""
    _end(run, session, instances.locked(run, session))


def fail(run: Run, session: Session) -> None:
    """Show the server as it was, and why there is no image; a deletion goes on from here."""
    row = instances.locked(run, session)
    if instances.goes_on_deleting(run, session, row):
        return
    row.fault, row.fault_at = run.error, run.context.now()
    _end(run, session, row)


def _end(run: Run, session: Session, row: ServerRow) -> None:
    row.task_state, row.updated_at = states.NO_TASK, run.context.now()
    actions.end(run, session)


SAGA = recorded(
    Saga(IMAGE, [Step("follow", follow), Step("rotate", rotate)], succeed=succeed, fail=fail)
)
