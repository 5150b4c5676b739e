# SPDX-License-Identifier: Apache-2.0
"""One of many texts, on whatever database the tests run on."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from synnefo_core.db.among import among
from synnefo_core.db.models import MarkRow
from synnefo_core.db.prepared import Prepared

MARKS = MarkRow.__table__
ODD = ('a "quoted"', "it's, one", "{braces}", "ünïcode", "[1]", "\\", "100%")
FIND = Prepared(select(MARKS.c.name).where(among(MARKS.c.name, "wanted")))


@pytest.fixture
def database(cloud):
    with cloud.database.unit_of_work() as session:
        for name in (*ODD, "other"):
            session.execute(insert(MARKS), {"name": name, "made_at": 1.0})
    return cloud.database


@pytest.mark.parametrize("wanted", [ODD, ODD[:1], ("missing",), ()])
def test_whatever_the_texts_are_they_are_found_and_no_others(database, wanted):
    expected = set(wanted) - {"missing"}
    query = select(MarkRow.name).where(among(MarkRow.name, wanted))
    with database.reading() as session:
        assert set(session.scalars(query)) == expected
        assert {row.name for row in FIND.all(session, {"wanted": list(wanted)})} == expected


def test_each_statement_has_its_own_texts(database):
    first, second = (select(MarkRow.name).where(among(MarkRow.name, [name])) for name in ODD[:2])
    both = select(MarkRow.name).where(
        among(MarkRow.name, ODD[:2]), among(MarkRow.name, ["other", ODD[1]])
    )
    with database.reading() as session:
        found = [list(session.scalars(query)) for query in (first, second, both)]
    assert found == [[ODD[0]], [ODD[1]], [ODD[1]]]
