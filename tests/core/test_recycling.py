# SPDX-License-Identifier: Apache-2.0
"""A database that a test has used is as a new one for the next, or not used again."""

import pytest
from sqlalchemy import create_engine, text

USE = """
INSERT INTO core_mark (name, made_at) VALUES ('used', 1);
INSERT INTO core_subscriber (type, handler) VALUES ('used', 'used');
"""
CHANGES = {
    "a new table": "CREATE TABLE another (id int)",
    "a new column": "ALTER TABLE core_mark ADD COLUMN another int",
    "a dropped constraint": "ALTER TABLE core_mark DROP CONSTRAINT pk_core_mark",
    "another revision": "UPDATE alembic_version_core SET version_num = 'another'",
}


@pytest.fixture
def templates(database_templates):
    url = database_templates.new()
    database_templates.give_back(url)
    if not url.startswith("postgresql"):
        pytest.skip("files are copied quickly")
    return database_templates


def execute(url, statements):
    """Run statements; return what the last one finds."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statements)
            return result.all() if result.returns_rows else []
    finally:
        engine.dispose()


def test_what_a_test_wrote_is_gone_for_the_next(templates):
    url = templates.new()
    execute(url, USE)
    templates.give_back(url)

    assert url == templates.new()
    assert [] == execute(url, "SELECT * FROM core_mark")
    execute(url, USE)
    assert [(1,)] == execute(url, "SELECT id FROM core_subscriber")
    templates.give_back(url)


def test_what_was_there_from_the_beginning_is_there_again(templates):
    url, counters = templates.new(), "SELECT * FROM identity_counter ORDER BY 1"
    before = execute(url, counters)
    execute(url, "DELETE FROM identity_counter")
    templates.give_back(url)

    assert url == templates.new()
    assert before == execute(url, counters) != []
    templates.give_back(url)


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_not_as_it_was_is_not_used_again(templates, what):
    url = templates.new()
    execute(url, CHANGES[what])
    templates.give_back(url)

    another = templates.new()

    assert url != another
    templates.give_back(another)


def test_who_is_left_in_a_database_is_sent_away(templates):
    url = templates.new()
    engine = create_engine(url)
    connection = engine.connect()
    connection.execute(text("INSERT INTO core_mark (name, made_at) VALUES ('held', 1)"))

    templates.give_back(url)

    assert url == templates.new()
    assert [] == execute(url, "SELECT * FROM core_mark")
    templates.give_back(url)
    connection.invalidate()
    engine.dispose()
