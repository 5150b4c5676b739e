# SPDX-License-Identifier: Apache-2.0
"""Add settings of accounts and containers."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0002"
down_revision = "object_store_0001"
branch_labels = None
depends_on = None

_TABLES = ("object_store_account", "object_store_container")


def upgrade() -> None:
    """Apply the change."""
    for table in _TABLES:
        op.add_column(table, sa.Column("settings", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    for table in reversed(_TABLES):
        op.drop_column(table, "settings")
