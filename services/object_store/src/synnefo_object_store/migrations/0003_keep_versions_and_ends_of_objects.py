# SPDX-License-Identifier: Apache-2.0
"""Keep versions and ends of objects."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0003"
down_revision = "object_store_0002"
branch_labels = None
depends_on = None

_TABLE = "object_store_object"


def upgrade() -> None:
    """Apply the change."""
    op.add_column(_TABLE, sa.Column("expires_at", sa.Double(), nullable=True))
    op.add_column(
        _TABLE,
        sa.Column("is_versioned", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        _TABLE, sa.Column("nature", sa.String(length=8), server_default="", nullable=False)
    )
    # No row is in it yet, so it is made at once.
    op.create_index(
        "ix_object_store_object_expires_at",
        _TABLE,
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
        sqlite_where=sa.text("expires_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_object_store_object_expires_at", table_name=_TABLE)
    for column in ("nature", "is_versioned", "expires_at"):
        op.drop_column(_TABLE, column)
