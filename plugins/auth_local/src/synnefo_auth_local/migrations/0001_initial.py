# SPDX-License-Identifier: Apache-2.0
"""Make the passwords' table."""

import sqlalchemy as sa
from alembic import op

revision = "auth_local_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "auth_local_password",
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("hashed", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("method", "subject", name=op.f("pk_auth_local_password")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("auth_local_password")
