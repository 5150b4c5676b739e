# SPDX-License-Identifier: Apache-2.0
"""Regular expressions that strangers send."""

import re

import pytest
from sqlalchemy import literal, select

from synnefo_core.db.patterns import matching
from synnefo_core.errors import InvalidField

TEXTS = ["web-1", "web-12", "db.web", "10.0.0.1", "fe80::1", "a+b", ""]


def found(context, pattern):
    with context.reading() as session:
        return [
            text
            for text in TEXTS
            if session.scalar(select(literal(1)).where(matching("name", literal(text), pattern)))
        ]


@pytest.mark.parametrize(
    "pattern",
    [
        "web",
        "^web",
        "1$",
        "^web-1$",
        "w.b-.*2",
        "web-1+2?",
        "[0-9]+[.:]",
        "10\\.0",
        "\\d\\d",
        "web|db",
        "a\\+b",
        "^$",
        "[^a-z]",
        "",
        ".",
    ],
)
def test_the_database_finds_what_python_finds(context, pattern):
    assert [text for text in TEXTS if re.search(pattern, text)] == found(context, pattern)


@pytest.mark.parametrize(
    "pattern",
    ["*", "[", "(a)", "a{2}", "a**", "^*", "[z-a]", "\\1", "a\0", "\\", "x" * 256, "a*b*c*"],
)
def test_what_is_not_understood_is_refused(context, pattern):
    with pytest.raises(InvalidField):
        found(context, pattern)
