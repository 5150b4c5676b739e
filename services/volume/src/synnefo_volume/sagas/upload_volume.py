# SPDX-License-Identifier: Apache-2.0
"""Make an image of what a volume holds: seal it, make an object of it, and the image of that."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

import synnefo_image
import synnefo_object_store
from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_core.sagas import Run, Saga, Step
from synnefo_volume import kinds, states
from synnefo_volume.attachments import resting
from synnefo_volume.models import VolumeRow
from synnefo_volume.sagas import sealed, turns

CONTENT_TYPE = "application/octet-stream"


def _owner(run: Run) -> RequestContext:
    """Return a context in which objects are the owner's, and charged to who asked."""
    return replace(run.context, user_id=run.data["user_id"], project_id=run.data["account"])


def _place(run: Run) -> synnefo_object_store.Place:
    container = run.context.cloud.config.image.container
    return synnefo_object_store.Place(run.data["account"], container, run.subject_id)


def _keep(run: Run, session: Session, reference: str) -> None:
    row = session.get_one(VolumeRow, sealed.volume_of(run), with_for_update=True)
    row.reference = reference


def put(run: Run) -> None:
    """Make the object."""
    context, place = _owner(run), _place(run)
    with context.reading() as session:
        store = session.get_one(VolumeRow, sealed.volume_of(run)).store
    synnefo_object_store.create_container(context, place.account, place.container, {})
    synnefo_object_store.put_content(
        context,
        place,
        Reference.parse(run.data["reference"]),
        store=store,
        content_type=CONTENT_TYPE,
    )


def show(run: Run) -> None:
    """Give the image its content, unless an earlier try did."""
    context, place = _owner(run), _place(run)
    image = synnefo_image.show(context, run.subject_id)
    if image.reference is None:
        location = synnefo_image.Location(place.account, place.container, place.name)
        synnefo_image.update(context, image.id, {"location": location})


def remove(run: Run) -> None:
    """Remove the image and the object."""
    context, place = _owner(run), _place(run)
    with suppress(NotFound):
        synnefo_image.update(context, run.subject_id, {"is_protected": False})
        synnefo_image.delete(context, run.subject_id)
    with suppress(NotFound):
        synnefo_object_store.delete_object(context, place.account, place.container, place.name)


def succeed(run: Run, session: Session) -> None:
    """Show the volume as it was."""
    _end(run, session)


def fail(run: Run, session: Session) -> None:
    """Show the volume as it was, and say why there is no image."""
    row = _end(run, session)
    if row is not None:
        row.error = run.error


def _end(run: Run, session: Session) -> VolumeRow | None:
    turns.give(run, session, sealed.volume_of(run))
    row = session.get(VolumeRow, sealed.volume_of(run), with_for_update=True)
    if row is not None:
        row.reference, row.updated_at = "", run.context.now()
        if row.status == states.UPLOADING:
            row.status = resting(session, row.id)
    return row


def nothing(_run: Run) -> None:
    """Do nothing: what is undone here was reserved with the request."""


SAGA = Saga(
    kinds.UPLOAD,
    [
        Step("reserve", nothing, undo=remove),
        *sealed.steps(_keep),
        Step("put", put),
        Step("show", show),
    ],
    succeed=succeed,
    fail=fail,
)
