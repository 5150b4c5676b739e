# SPDX-License-Identifier: Apache-2.0
"""Transactions, on whatever database the tests run on."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert as insert_into, select, text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from synnefo_core import errors
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.db.models import MarkRow, TaskRow
from synnefo_core.db.session import Database, add_if_absent, after_commit, changed_rows, defer

COUNT = """
import sys
from sqlalchemy import update
from synnefo_core.db.models import TaskRow
from synnefo_core.db.session import Database
database = Database(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with database.unit_of_work() as session:
        session.execute(update(TaskRow).values(due_at=TaskRow.due_at + 1))
"""
HOLD = """
import sys
from synnefo_core.db.session import Database
with Database(sys.argv[1]).unit_of_work() as session:
    session.connection()
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def database(cloud):
    return cloud.database


@pytest.fixture
def url(cloud):
    return cloud.config.database.url


def add(session, name):
    session.add(MarkRow(name=name, made_at=0.0))


def names(database):
    with database.reading() as session:
        return set(session.scalars(select(MarkRow.name)))


def write(database, *marks, error=None):
    with database.unit_of_work() as session:
        for name in marks:
            add(session, name)
        if error:
            raise error


def test_a_unit_of_work_commits_at_its_end(database):
    write(database, "a")

    assert {"a"} == names(database)


def test_an_exception_takes_everything_back(database):
    with pytest.raises(ValueError, match="no"):
        write(database, "a", error=ValueError("no"))

    assert set() == names(database)


def test_units_of_work_inside_join_the_outermost_which_alone_commits(database):
    with database.unit_of_work() as outer:
        add(outer, "a")
        with database.unit_of_work() as inner:
            add(inner, "b")
        assert inner is outer
        in_between = ThreadPoolExecutor(1).submit(names, database).result(20)

    assert set() == in_between
    assert {"a", "b"} == names(database)


def test_an_exception_outside_takes_back_what_was_joined(database):
    def work():
        with database.unit_of_work():
            write(database, "inner")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()

    assert set() == names(database)


def test_reading_joins_a_unit_of_work_and_sees_what_it_wrote(database):
    with database.unit_of_work() as session:
        add(session, "a")

        assert {"a"} == names(database)


def test_a_unit_of_work_cannot_begin_inside_of_reading(database):
    with database.reading(), pytest.raises(RuntimeError, match="read-only"):
        write(database, "a")


def insert(session):
    session.execute(insert_into(MarkRow).values(name="a", made_at=0.0))


def flush(session):
    add(session, "a")
    session.flush()


def look_again(session):
    add(session, "a")
    session.scalars(select(MarkRow.name))


@pytest.mark.parametrize("write_it", [insert, flush, look_again])
def test_nothing_can_be_written_while_reading(database, write_it):
    with database.reading() as session, pytest.raises(RuntimeError, match="while reading"):
        write_it(session)

    assert set() == names(database)


def test_what_is_only_added_while_reading_is_not_kept(database):
    with database.reading() as session:
        add(session, "a")

    assert set() == names(database)


def test_a_connection_that_the_server_ended_is_not_used_again(database, url):
    if database.is_sqlite:
        pytest.skip("SQLite is no server")
    with database.reading() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(url)
    with other.reading() as session:
        session.scalar(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
    other.close()

    assert set() == names(database)
    with database.reading() as session:
        assert pid != session.scalar(text("SELECT pg_backend_pid()"))


def test_the_connection_that_was_used_last_is_used_next(database):
    if database.is_sqlite:
        pytest.skip("SQLite is no server")
    pid = text("SELECT pg_backend_pid()")
    early, late = database.engine.connect(), database.engine.connect()
    expected = late.scalar(pid)
    for connection in (early, late):
        connection.close()

    with database.reading() as session:
        assert expected == session.scalar(pid)


def test_what_was_read_can_be_looked_at_afterwards(database):
    write(database, "a")

    with database.reading() as session:
        row = session.scalars(select(MarkRow)).one()

    assert "a" == row.name


def test_threads_have_their_own_transactions(database):
    with database.reading() as session, ThreadPoolExecutor(1) as pool:
        assert not pool.submit(lambda: database.is_in_transaction).result(20)
        assert database.is_in_transaction
        assert session is not pool.submit(_session_of, database).result(20)


def _session_of(database):
    with database.reading() as session:
        return session


def test_deferred_calls_come_last_in_the_order_of_their_names_each_once(database):
    calls = []
    with database.unit_of_work() as session:
        for name in ("b", "a", "b"):
            defer(session, name, lambda _session, name=name: calls.append(name))
        calls.append("work")

    assert ["work", "a", "b"] == calls


def test_a_deferred_call_that_fails_takes_everything_back(database):
    def refuse(_session):
        raise errors.QuotaExceeded("vm", 1, 0)

    def work():
        with database.unit_of_work() as session:
            add(session, "a")
            defer(session, "quota", refuse)

    with pytest.raises(errors.QuotaExceeded):
        work()
    assert set() == names(database)


def test_calls_after_the_commit_see_what_was_committed(database):
    seen = []

    with database.unit_of_work() as session:
        add(session, "a")
        after_commit(session, lambda: seen.append(names(database)))

    assert [{"a"}] == seen


def test_without_a_commit_there_are_no_calls_after_it(database):
    calls = []

    def work():
        with database.unit_of_work() as session:
            after_commit(session, lambda: calls.append(1))
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    assert [] == calls


def test_a_call_that_is_asked_for_twice_is_made_once(database):
    calls = []

    def call():
        calls.append(1)

    with database.unit_of_work() as session:
        after_commit(session, call)
        after_commit(session, call)

    assert [1] == calls


def test_a_row_is_added_only_if_it_is_absent(database):
    row = {"name": "a", "made_at": 1.0}
    with database.unit_of_work() as session:
        assert add_if_absent(session, MarkRow, row)
        assert not add_if_absent(session, MarkRow, row | {"made_at": 2.0})

    with database.reading() as session:
        assert [1.0] == session.scalars(select(MarkRow.made_at)).all()


def test_changed_rows_are_counted(database):
    write(database, "a", "b")

    with database.unit_of_work() as session:
        assert 2 == changed_rows(session, update(MarkRow).values(made_at=5.0))


def test_a_snapshot_sees_one_moment(database):
    write(database, "a")

    with database.reading(is_snapshot=True) as session, ThreadPoolExecutor(1) as pool:
        before = set(session.scalars(select(MarkRow.name)))
        pool.submit(write, database, "b").result(20)
        after = set(session.scalars(select(MarkRow.name)))

    assert {"a"} == before == after
    assert {"a", "b"} == names(database)


def test_writers_of_one_process_lose_nothing(database):
    with database.unit_of_work() as session:
        session.add(TaskRow(name="counter", due_at=0.0))

    def count():
        for _ in range(20):
            with database.unit_of_work() as session:
                row = session.get_one(TaskRow, "counter", with_for_update=True)
                row.due_at += 1

    with ThreadPoolExecutor(4) as pool:
        for counting in [pool.submit(count) for _ in range(4)]:
            counting.result(60)

    assert 80 == _counter(database)


def _counter(database):
    with database.reading() as session:
        return session.scalar(select(TaskRow.due_at))


def test_writers_of_several_processes_lose_nothing(database, url):
    with database.unit_of_work() as session:
        session.add(TaskRow(name="counter", due_at=0.0))

    command = [sys.executable, "-c", COUNT, url, "100"]
    counting = [subprocess.Popen(command) for _ in range(3)]

    assert [0, 0, 0] == [process.wait(60) for process in counting]
    assert 300 == _counter(database)


@pytest.fixture
def held(url):
    """Have another process hold a unit of work open; return what makes it end."""
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert "held\n" == process.stdout.readline()
        yield lambda: process.communicate("go\n", timeout=20)
        process.kill()


def test_a_writer_that_waits_holds_up_nobody_else(database, held):
    writing = threading.Thread(target=write, args=(database, "a"))
    writing.start()

    ticks = 0
    pause = threading.Event()
    while ticks < 20:
        assert not pause.wait(0.005)
        names(database)
        ticks += 1
    held()
    writing.join(20)

    assert {"a"} == names(database)


def test_a_writer_gives_up_waiting_after_its_time(database, url, held):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has many writers")
    impatient = Database(url, busy_timeout_s=0.05)

    with pytest.raises(errors.Unavailable, match="does not answer"):
        write(impatient, "a")


def test_a_mistake_in_a_statement_is_not_an_outage(database):
    with (
        pytest.raises((OperationalError, ProgrammingError), match="no_such_table"),
        database.reading() as session,
    ):
        session.execute(text("SELECT * FROM no_such_table"))


@pytest.mark.parametrize(
    "url",
    ["sqlite:////no/such/directory/a.sqlite", "postgresql+psycopg://u@127.0.0.1:1/nobody"],
)
def test_a_database_that_does_not_answer_is_unavailable(url):
    if "psycopg" in url:
        pytest.importorskip("psycopg")
    with pytest.raises(errors.Unavailable), Database(url).reading() as session:
        session.connection()


def test_a_database_of_another_make_is_refused():
    with pytest.raises(Misconfigured, match="sqlite or postgresql, not mysql"):
        Database("mysql://u@h/d")
