# SPDX-License-Identifier: Apache-2.0
"""What no database keeps is refused before anybody looks at it."""

import json

import pytest

from synnefo_core.errors import Invalid
from synnefo_core.wsgi.validation import parse_json


@pytest.mark.parametrize(
    "raw",
    [
        b'{"name": "a\\u0000b"}',
        b'{"a\\u0000": 1}',
        b'[["\\ud800"]]',
        b'{"name": "\xed\xa0\x80"}',
        b'{"name": "a\x00b"}',
    ],
)
def test_text_that_can_not_be_stored_is_refused(raw):
    with pytest.raises(Invalid):
        parse_json(raw)


@pytest.mark.parametrize("value", ["ä😀", "\\u0000", "\u202e", "\x01"])
def test_all_other_text_comes_through(value):
    assert [value] == parse_json(json.dumps([value]).encode())
    assert [value] == parse_json(
        json.dumps([value], ensure_ascii=False).encode().replace(b"\x01", b"\\u0001")
    )
