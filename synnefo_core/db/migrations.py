# SPDX-License-Identifier: Apache-2.0
"""Schema migrations: an Alembic history for each package, each with its own version table.

So a package can be installed later, or removed, without touching the history of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.db.session import Database


@dataclass(frozen=True)
class Branch:
    """A package's history.

    Attributes:
        name: Also the prefix of its tables and of its version table.
        directory: Where the revision files are.
        metadata: Its models, to compare with what the history makes.
    """

    name: str
    directory: Path
    metadata: MetaData = field(repr=False)

    @property
    def version_table(self) -> str:
        """The table in which Alembic notes the revision."""
        return f"alembic_version_{self.name}"

    def script(self) -> ScriptDirectory:
        """Return the revisions."""
        config = Config()
        config.set_main_option("script_location", str(self.directory))
        config.set_main_option("version_locations", str(self.directory))
        config.set_main_option("path_separator", "os")
        return ScriptDirectory.from_config(config)


def pending(database: Database, branches: Iterable[Branch]) -> list[str]:
    """Return the names of the branches whose tables are not at their newest revision."""
    with database.reading() as session:
        connection = session.connection()
        return [branch.name for branch in branches if not _is_current(connection, branch)]


def _is_current(connection: Connection, branch: Branch) -> bool:
    context = MigrationContext.configure(connection, opts={"version_table": branch.version_table})
    return set(context.get_current_heads()) == set(branch.script().get_heads())


def upgrade(database: Database, branches: Iterable[Branch]) -> list[str]:
    """Bring every branch to its newest revision; return the names of those that moved."""
    moved = []
    for branch in sorted(branches, key=lambda b: b.name):
        if not pending(database, [branch]):
            continue
        with database.changing_schema() as connection:
            # Another process may have done it while this one waited.
            if not _is_current(connection, branch):
                _upgrade(connection, branch)
                moved.append(branch.name)
    return moved


def _upgrade(connection: Connection, branch: Branch) -> None:
    script = branch.script()

    def revisions(current: object, _context: object) -> list[object]:
        return script._upgrade_revs("heads", current)  # type: ignore[arg-type,return-value]  # noqa: SLF001  # the documented way to run without env.py

    config = Config()
    with EnvironmentContext(config, script, fn=revisions, destination_rev="heads") as env:
        env.configure(
            connection=connection,
            target_metadata=branch.metadata,
            version_table=branch.version_table,
            render_as_batch=True,
        )
        env.run_migrations()


def require_current(database: Database, branches: Iterable[Branch]) -> None:
    """Refuse to work on an old schema.

    Raises:
        Misconfigured: Names what is behind and the command that helps.
    """
    if problem := told(pending(database, branches)):
        raise Misconfigured(problem)


def told(behind: Sequence[str]) -> str:
    """Say which branches are behind, and what helps; nothing if none is."""
    if not behind:
        return ""
    return f"the database schema of {', '.join(behind)} is not current: run `synnefo db upgrade`"
