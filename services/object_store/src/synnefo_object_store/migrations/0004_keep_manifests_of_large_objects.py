# SPDX-License-Identifier: Apache-2.0
"""Keep manifests of large objects."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0004"
down_revision = "object_store_0003"
branch_labels = None
depends_on = None

_TABLE = "object_store_object"


def upgrade() -> None:
    """Apply the change."""
    op.add_column(_TABLE, sa.Column("special", sa.JSON(), server_default="{}", nullable=False))
    # No row is in it yet, so it is made at once.
    op.create_index(
        "ix_object_store_object_special",
        _TABLE,
        ["container_id", "name"],
        unique=False,
        postgresql_where=sa.text("is_current AND nature <> ''"),
        sqlite_where=sa.text("is_current AND nature <> ''"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_object_store_object_special", table_name=_TABLE)
    op.drop_column(_TABLE, "special")
