# SPDX-License-Identifier: Apache-2.0
"""Write a new Alembic revision of one package by comparing its models with its history.

    python -m tools.revision BRANCH "say what it does"

The result is a draft: read it, and keep to expand and contract (docs/checklists).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations
from alembic.autogenerate.render import _render_python_into_templatevars
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from synnefo_core.cloud import assemble
from synnefo_core.db import migrations

_FILE = '''\
# SPDX-License-Identifier: Apache-2.0
"""{message}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    {upgrades}


def downgrade() -> None:
    """Take the change back."""
    {downgrades}
'''


def write(name: str, message: str) -> Path:
    """Write the revision file of a branch and return its path."""
    with tempfile.TemporaryDirectory() as directory:
        cloud = assemble(data_dir=Path(directory))
        branch = next(b for b in cloud.branches() if b.name == name)
        branch.directory.mkdir(exist_ok=True)
        migrations.upgrade(cloud.database, [branch])
        heads = branch.script().get_heads()
        with cloud.database.engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"version_table": branch.version_table, "include_object": _only(name)},
            )
            script = produce_migrations(context, branch.metadata)
            texts: dict[str, str | Config] = {}
            context.opts |= {
                "sqlalchemy_module_prefix": "sa.",
                "alembic_module_prefix": "op.",
                "user_module_prefix": None,
                "render_item": None,
                "render_as_batch": False,
                "upgrade_token": "upgrades",
                "downgrade_token": "downgrades",
            }
            from alembic.autogenerate.api import AutogenContext

            _render_python_into_templatevars(
                AutogenContext(context, branch.metadata), script, texts
            )
        cloud.close()
    number = len(list(branch.directory.glob("[0-9]*.py"))) + 1
    slug = "_".join(message.lower().split())
    path = branch.directory / f"{number:04d}_{slug}.py"
    path.write_text(
        _FILE.format(
            message=message[0].upper() + message[1:],
            revision=f"{name}_{number:04d}",
            down=f'"{heads[0]}"' if heads else None,
            **texts,
        )
    )
    return path


def _only(name: str) -> object:
    def include(_object: object, found: str, kind: str, *_rest: object) -> bool:
        return kind != "table" or found.startswith(f"{name}_")

    return include


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1], sys.argv[2])}\n")
