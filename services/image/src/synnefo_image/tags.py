# SPDX-License-Identifier: Apache-2.0
"""Tags of images."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import InvalidField, TooLarge
from synnefo_image.models import TagRow

MOST_TAGS = 128
TAG_CHARACTERS = 255
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_FIND = Prepared(
    select(_tag.c.image_id, _tag.c.tag)
    .where(among(_tag.c.image_id, "images"))
    .order_by(_tag.c.tag, _tag.c.image_id)
)


def of_images(session: Session, image_ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the tags of many images in one query, in alphabetical order."""
    found: dict[str, tuple[str, ...]] = {}
    session.flush()  # what is prepared does not ask for it
    for row in _FIND.all(session, {"images": list(image_ids)}):
        found[row.image_id] = (*found.get(row.image_id, ()), row.tag)
    return found


def replace(session: Session, image_id: str, wanted: Iterable[str]) -> None:
    """Give an image these tags and no others.

    Raises:
        InvalidField: One is empty or too long.
        TooLarge: There are too many.
    """
    names = sorted(set(wanted))
    if len(names) > MOST_TAGS:
        raise TooLarge(MOST_TAGS)
    for name in names:
        if not 0 < len(name) <= TAG_CHARACTERS:
            raise InvalidField("tags", f"a tag has 1 to {TAG_CHARACTERS} characters")
    session.execute(delete(TagRow).where(TagRow.image_id == image_id))
    session.add_all(TagRow(image_id=image_id, tag=name) for name in names)
    session.flush()
