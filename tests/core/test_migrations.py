# SPDX-License-Identifier: Apache-2.0
"""Histories of packages, apart from each other, on whatever database the tests run on."""

import textwrap
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Mapped

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.db import migrations
from synnefo_core.db.base import Base, Key, Name, new_metadata
from synnefo_core.db.migrations import Branch
from synnefo_core.plugins import Plugins

REVISION = """
    import sqlalchemy as sa
    from alembic import op

    revision = "{name}_{number}"
    down_revision = {down!r}

    def upgrade():
        {code}
"""
TABLE = 'op.create_table("{name}_thing", sa.Column("id", sa.String(64), primary_key=True))'
COLUMN = 'op.add_column("{name}_thing", sa.Column("name", sa.String(255), server_default=""))'
BAD = 'op.create_table("{name}_other", sa.Column("id", sa.Integer())); op.drop_table("nothing")'


@pytest.fixture
def database(cloud):
    return cloud.database


@pytest.fixture
def branch(tmp_path):
    """Return a function that makes a package's history: one revision for each code."""

    def make(name, *codes):
        directory = tmp_path / f"{name}-{len(codes)}"
        directory.mkdir()
        for number, code in enumerate(codes, 1):
            down = f"{name}_{number - 1}" if number > 1 else None
            revision = textwrap.dedent(REVISION).format(
                name=name, number=number, down=down, code=code.format(name=name)
            )
            (directory / f"{number}.py").write_text(revision)
        return Branch(name, directory, new_metadata())

    return make


def tables(database):
    return set(inspect(database.engine).get_table_names())


def columns(database, table):
    return {column["name"] for column in inspect(database.engine).get_columns(table)}


def test_a_new_package_brings_its_tables(database, branch):
    first = branch("first", TABLE)

    assert ["first"] == migrations.pending(database, [first])
    assert ["first"] == migrations.upgrade(database, [first])

    assert {"first_thing", "alembic_version_first"} <= tables(database)
    assert [] == migrations.pending(database, [first])
    assert [] == migrations.upgrade(database, [first])


def test_a_newer_package_moves_on_from_where_it_was(database, branch):
    migrations.upgrade(database, [branch("first", TABLE)])

    newer = branch("first", TABLE, COLUMN)

    assert ["first"] == migrations.upgrade(database, [newer])
    assert {"id", "name"} == columns(database, "first_thing")


def test_packages_come_and_go_without_touching_each_other(database, branch):
    first, second = branch("first", TABLE), branch("second", TABLE)
    migrations.upgrade(database, [first, second])

    assert ["second"] == migrations.upgrade(database, [branch("second", TABLE, COLUMN)])

    assert {"id"} == columns(database, "first_thing")
    assert [] == migrations.pending(database, [first])


def test_a_revision_that_fails_is_taken_back_as_a_whole(database, branch):
    good, bad = branch("a", TABLE), branch("b", TABLE, BAD)

    with pytest.raises((OperationalError, ProgrammingError)):
        migrations.upgrade(database, [good, bad])

    assert "a_thing" in tables(database)
    assert {"b_thing", "b_other"} & tables(database) == set()
    assert ["b"] == migrations.pending(database, [good, bad])


def test_processes_that_migrate_at_once_do_it_once(make_cloud, database, cloud, branch):
    first = branch("first", TABLE, COLUMN)
    databases = [make_cloud(like=cloud).database for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        moved = [pool.submit(migrations.upgrade, other, [first]) for other in databases]

    assert [[], [], ["first"]] == sorted(each.result() for each in moved)


def test_an_old_schema_is_refused_with_the_command_that_helps(database, branch):
    with pytest.raises(Misconfigured, match="of first is not current: run `synnefo db upgrade`"):
        migrations.require_current(database, [branch("first", TABLE)])


@pytest.mark.parametrize("branch", Plugins().hook.migrations(), ids=lambda branch: branch.name)
def test_a_history_makes_exactly_the_tables_of_the_models(database, branch):
    def is_ours(_object, name, kind, _reflected, _compared):
        return kind != "table" or name in branch.metadata.tables

    options = {"include_object": is_ours, "compare_type": True}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)

        assert [] == compare_metadata(context, branch.metadata)


@pytest.mark.parametrize("branch", Plugins().hook.migrations(), ids=lambda branch: branch.name)
def test_every_table_has_the_prefix_of_its_package(branch):
    assert [] == [
        table for table in branch.metadata.tables if not table.startswith(f"{branch.name}_")
    ]


def test_names_of_constraints_are_ours():
    class Model(Base):
        __abstract__ = True
        metadata = new_metadata()

    class ThingRow(Model):
        __tablename__ = "x_thing"
        id: Mapped[Key]
        name: Mapped[Name]

    assert "pk_x_thing" == ThingRow.__table__.primary_key.name


def half_change(database):
    with database.changing_schema() as connection:
        connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
        raise RuntimeError


def test_the_schema_is_changed_in_a_transaction(database):
    with pytest.raises(RuntimeError):
        half_change(database)

    assert "half_done" not in tables(database)
