# SPDX-License-Identifier: Apache-2.0
"""Group clusters in aggregates."""

import sqlalchemy as sa
from alembic import op

revision = "backends_0005"
down_revision = "backends_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "backends_aggregate",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("uuid", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backends_aggregate")),
        sa.UniqueConstraint("name", name=op.f("uq_backends_aggregate_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "backends_aggregate_member",
        sa.Column(
            "aggregate_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "aggregate_id", "backend_id", name=op.f("pk_backends_aggregate_member")
        ),
    )
    op.create_index(
        "ix_backends_aggregate_member_backend_id",
        "backends_aggregate_member",
        ["backend_id"],
        unique=False,
    )
    op.add_column(
        "backends_backend",
        sa.Column("own_zone", sa.String(length=255), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("backends_backend", "own_zone")
    op.drop_index("ix_backends_aggregate_member_backend_id", table_name="backends_aggregate_member")
    op.drop_table("backends_aggregate_member")
    op.drop_table("backends_aggregate")
