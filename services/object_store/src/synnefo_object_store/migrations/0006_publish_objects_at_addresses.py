# SPDX-License-Identifier: Apache-2.0
"""Publish objects at addresses."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0006"
down_revision = "object_store_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "object_store_public",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column(
            "container_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(
                sa.String(length=1024, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_object_store_public")),
        sa.UniqueConstraint(
            "container_id", "name", name=op.f("uq_object_store_public_container_id")
        ),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("object_store_public")
