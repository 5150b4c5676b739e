# SPDX-License-Identifier: Apache-2.0
"""JSON that we write ourselves."""

from __future__ import annotations

import json

import pytest

from synnefo_core import json_text

ODD = [{"name": 'Ünï ☃ \u0001 "quoted" \\'}, [1.5, -(2**63), 2**64 - 1, True, None], {}, ""]
LEFT_TO_THE_STANDARD_LIBRARY = [2**70, "half \ud800", {"deep": [2**65]}]


@pytest.fixture(autouse=True, params=["orjson", "the standard library alone"])
def writer(request, monkeypatch):
    """Have everything written and read in both ways."""
    if request.param != "orjson":
        monkeypatch.setattr(json_text, "orjson", None)


@pytest.mark.parametrize("value", [*ODD, *LEFT_TO_THE_STANDARD_LIBRARY])
def test_everybody_reads_what_is_written(value):
    assert value == json.loads(json_text.written(value))


@pytest.mark.parametrize("value", [*ODD, "half \ud800"])
def test_what_the_standard_library_wrote_is_read(value):
    assert value == json_text.read(json.dumps(value))


def test_names_that_are_numbers_are_written_as_text():
    assert b'{"1":2}' == json_text.written({1: 2})


def test_what_is_no_json_is_refused():
    with pytest.raises(ValueError, match="Expecting"):
        json_text.read("{")
