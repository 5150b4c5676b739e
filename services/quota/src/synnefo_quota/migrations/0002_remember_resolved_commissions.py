# SPDX-License-Identifier: Apache-2.0
"""Remember resolved commissions."""

import sqlalchemy as sa
from alembic import op

revision = "quota_0002"
down_revision = "quota_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change; SQLite's table is written anew so that no serial is used twice."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(
        "quota_commission",
        recreate="always" if is_sqlite else "never",
        table_kwargs={"sqlite_autoincrement": True},
    ) as table:
        table.add_column(
            sa.Column("state", sa.String(length=64), server_default="pending", nullable=False)
        )
        table.add_column(sa.Column("resolved_at", sa.Double(), server_default="0", nullable=False))
        table.add_column(
            sa.Column("reason", sa.String(length=255), server_default="", nullable=False)
        )
        table.create_index("ix_quota_commission_resolved_at", ["resolved_at"], unique=False)
    op.add_column("quota_resource", sa.Column("user_default", sa.BigInteger(), nullable=True))
    op.add_column("quota_resource", sa.Column("project_default", sa.BigInteger(), nullable=True))
    op.add_column("quota_resource", sa.Column("is_shown", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("quota_resource", "is_shown")
    op.drop_column("quota_resource", "project_default")
    op.drop_column("quota_resource", "user_default")
    op.execute("DELETE FROM quota_commission WHERE state <> 'pending'")
    op.drop_index("ix_quota_commission_resolved_at", table_name="quota_commission")
    op.drop_column("quota_commission", "reason")
    op.drop_column("quota_commission", "resolved_at")
    op.drop_column("quota_commission", "state")
