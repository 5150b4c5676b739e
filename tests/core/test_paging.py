# SPDX-License-Identifier: Apache-2.0
import itertools

import pytest
from sqlalchemy import select, text

from synnefo_core.db.models import EventRow
from synnefo_core.db.paging import page

DUE, ID = EventRow.due_at, EventRow.id
ORDERS = {
    "both ascend": [(DUE, False), (ID, False)],
    "both descend": [(DUE, True), (ID, True)],
    "mixed": [(DUE, True), (ID, False)],
    "one column": [(ID, True)],
}


@pytest.fixture
def rows(cloud):
    """Add ten events, of which several are due at the same time."""
    with cloud.database.unit_of_work() as session:
        for number in range(10):
            common = {"state": "ready", "payload": {}, "request_id": "", "created_at": 0.0}
            session.add(EventRow(type="x", subject_id="s", due_at=float(number // 4), **common))
    return cloud.database


def fetch(database, order, **given):
    with database.reading() as session:
        query = page(select(DUE, ID), order, **given)
        return [tuple(row) for row in session.execute(query)]


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("limit", [1, 3, 10])
def test_pages_put_together_are_the_whole_list(rows, order, limit):
    whole = fetch(rows, order, limit=None)

    pages, marker = [], None
    while found := fetch(rows, order, limit=limit, marker=marker):
        pages.append(found)
        due, number = found[-1]
        marker = [due, number] if len(order) == 2 else [number]

    assert 10 == len(whole) == len(set(whole))
    assert whole == list(itertools.chain(*pages))


@pytest.mark.parametrize("name", ["both ascend", "both descend", "mixed"])
def test_a_page_begins_in_the_index_and_not_at_the_first_row(rows, name):
    if not rows.is_sqlite:
        pytest.skip("of ten rows PostgreSQL reads all")
    with rows.reading() as session:
        query = page(
            select(ID).where(EventRow.state == "ready"), ORDERS[name], limit=3, marker=[1.0, 5]
        )
        compiled = query.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]

    assert "ix_core_event_due (state=? AND due_at" in plan[0]
