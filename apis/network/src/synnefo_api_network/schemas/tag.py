# SPDX-License-Identifier: Apache-2.0
"""Bodies of tags."""

from __future__ import annotations

from synnefo_core.errors import InvalidField

MOST_CHARACTERS = 255

ALL = {
    "type": "object",
    "properties": {
        "tags": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
            "maxItems": 50,
        }
    },
    "required": ["tags"],
    "additionalProperties": False,
}


def require_tag(tag: str) -> None:
    """Refuse a tag in a path that a body could not have.

    Raises:
        InvalidField: It is too long.
    """
    if len(tag) > MOST_CHARACTERS:
        raise InvalidField("tag", f"must have no more than {MOST_CHARACTERS} characters")
