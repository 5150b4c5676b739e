# SPDX-License-Identifier: Apache-2.0
"""Prepared statements: as SQLAlchemy's own, on whatever database the tests run on."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import bindparam, delete, event, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError

from synnefo_core.db.models import MarkRow
from synnefo_core.db.prepared import FIRST, Change, Prepared, are_made_as_one, execute_together
from synnefo_core.db.session import Database
from synnefo_core.errors import Unavailable

MARKS = MarkRow.__table__
ADD = Prepared(insert(MARKS))
FIND = Prepared(select(MARKS).where(MARKS.c.name == bindparam("of")))
RENEW = Prepared(update(MARKS).where(MARKS.c.name == bindparam("of")))
DROP = Prepared(delete(MARKS).where(MARKS.c.name == bindparam("of")))
MOVE = Prepared(
    update(MARKS)
    .where(MARKS.c.name == bindparam("of"))
    .values(made_at=MARKS.c.made_at + bindparam("by"))
    .returning(MARKS.c.made_at)
)


@pytest.fixture
def database(cloud):
    return cloud.database


def made(database, name, made_at=1.0):
    with database.unit_of_work() as session:
        return ADD.execute(session, {"name": name, "made_at": made_at})


def found(database, name):
    with database.reading() as session:
        row = FIND.first(session, {"of": name})
    return None if row is None else (row.name, row.made_at)


def test_they_write_read_change_and_remove(database):
    assert made(database, "mark") == 1
    assert found(database, "mark") == ("mark", 1.0)
    with database.unit_of_work() as session:
        assert RENEW.execute(session, {"made_at": 2.5, "of": "mark"}) == 1
        assert RENEW.execute(session, {"made_at": 2.5, "of": "other"}) == 0
        assert MOVE.first(session, {"of": "mark", "by": 0.5}).made_at == 3.0
        assert MOVE.first(session, {"of": "other", "by": 0.5}) is None
    assert found(database, "mark") == ("mark", 3.0)
    with database.unit_of_work() as session:
        assert DROP.execute(session, {"of": "mark"}) == 1
    assert found(database, "mark") is None


def test_they_are_a_part_of_the_unit_of_work(database):
    def fail():
        with database.unit_of_work() as session:
            session.add(MarkRow(name="ours", made_at=0.0))
            session.flush()
            ADD.execute(session, {"name": "theirs", "made_at": 0.0})
            assert FIND.first(session, {"of": "ours"}) is not None
            assert session.get(MarkRow, "theirs") is not None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert found(database, "ours") is None
    assert found(database, "theirs") is None


def test_what_others_commit_is_seen_at_once(database):
    with database.reading():
        pass
    thread = threading.Thread(target=made, args=(database, "late"))
    thread.start()
    thread.join()
    assert found(database, "late") == ("late", 1.0)


def test_a_list_of_values_is_refused(database):
    """Its text would not always be the same."""
    among = Prepared(select(MARKS).where(MARKS.c.name.in_(["one", "two"])))
    with database.reading() as session, pytest.raises(TypeError, match="can't be prepared"):
        among.all(session, {})


def test_an_error_is_sqlalchemys_and_tells_no_values(database):
    made(database, "secret-name")
    with pytest.raises(IntegrityError) as told:
        made(database, "secret-name")
    assert "secret-name" not in str(told.value.params)
    made(database, "another")


def test_nothing_is_written_while_reading(database):
    with database.reading() as session:
        with pytest.raises(RuntimeError, match="while reading"):
            ADD.execute(session, {"name": "no", "made_at": 0.0})
        with pytest.raises(RuntimeError, match="while reading"):
            MOVE.first(session, {"of": "no", "by": 1.0})
        changes = [Change(ADD, {"name": each, "made_at": 0.0}) for each in ("no", "nor")]
        with pytest.raises(RuntimeError, match="while reading"):
            execute_together(session, changes)
    assert found(database, "no") is None


def test_several_changes_are_made_together_and_each_is_counted(database):
    made(database, "old")
    with database.unit_of_work() as session:
        counts = execute_together(
            session,
            [
                Change(ADD, {"name": "new", "made_at": 7.0}),
                Change(RENEW, {"made_at": 8.0, "of": "old"}),
                Change(DROP, {"of": "nobody"}),
            ],
        )
        assert execute_together(session, []) == []
    assert counts == [1, 1, 0]
    assert (found(database, "new"), found(database, "old")) == (("new", 7.0), ("old", 8.0))


def test_who_listens_sees_all_statements(database):
    seen = []

    def note(*arguments):
        seen.append(arguments[2])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert found(database, "nobody") is None
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert any("mark" in each for each in seen)
    assert found(database, "nobody") is None


def test_the_database_keeps_them_from_the_first_time_on(database):
    if database.is_sqlite:
        pytest.skip("a file keeps no statements")
    once = Prepared(select(MARKS.c.name).where(MARKS.c.made_at == bindparam("only_asked_here")))
    with database.unit_of_work() as session:
        once.all(session, {"only_asked_here": 1.0})
        kept = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert 1 == len([each for each in kept if "made_at = " in each])


def test_a_connection_that_was_lost_is_an_outage_and_not_used_again(database):
    if database.is_sqlite:
        pytest.skip("a file has no connections to lose")
    kill = text("SELECT pg_terminate_backend(:pid)")

    def lose():
        with database.unit_of_work() as session:
            pid = session.scalar(text("SELECT pg_backend_pid()"))
            with database.engine.connect() as other:
                other.execute(kill, {"pid": pid})
            FIND.first(session, {"of": "mark"})

    with pytest.raises(Unavailable):
        lose()
    assert found(database, "mark") is None


def test_a_database_that_does_not_answer_is_unavailable(database):
    if database.is_sqlite:
        pytest.skip("a file always answers")
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable), away.reading() as session:
        FIND.first(session, {"of": "mark"})
    away.close()


def test_a_connection_that_was_lost_while_reading_is_an_outage_for_once(database):
    if database.is_sqlite:
        pytest.skip("a file has no connections to lose")
    die = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(Unavailable), database.reading() as session:
        die.first(session, {})
    assert found(database, "mark") is None


def test_what_comes_with_the_first_change_is_not_made_without_it(database):
    given = select(bindparam("new_name", type_=MARKS.c.name.type), literal(1.0)).select_from(FIRST)
    along = Prepared(insert(MARKS).from_select(["name", "made_at"], given))
    made(database, "old")
    with database.unit_of_work() as session:
        if not are_made_as_one(session):
            pytest.skip("its changes are made one after the other")
        for first, name in (("nobody", "never"), ("old", "new")):
            changes = [Change(DROP, {"of": first}), Change(along, {"new_name": name})]
            execute_together(session, changes)
    assert (None, ("new", 1.0)) == (found(database, "never"), found(database, "new"))
