# SPDX-License-Identifier: Apache-2.0
"""Add rules for passwords."""

import sqlalchemy as sa
from alembic import op

revision = "auth_local_0002"
down_revision = "auth_local_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "auth_local_former_password",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("hashed", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_local_former_password")),
    )
    op.create_index(
        "ix_auth_local_former_password_subject",
        "auth_local_former_password",
        ["subject", "method"],
        unique=False,
    )
    op.add_column(
        "auth_local_password",
        sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("auth_local_password", "must_change")
    op.drop_index("ix_auth_local_former_password_subject", table_name="auth_local_former_password")
    op.drop_table("auth_local_former_password")
