# SPDX-License-Identifier: Apache-2.0
"""Share paths between users."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0005"
down_revision = "object_store_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "object_store_grant",
        sa.Column("grantee", sa.String(length=321), nullable=False),
        sa.Column(
            "account",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "container_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(
                sa.String(length=1024, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("is_writer", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "grantee", "account", "container_id", "name", name=op.f("pk_object_store_grant")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_object_store_grant_container_id",
        "object_store_grant",
        ["container_id", "name"],
        unique=False,
    )
    op.create_table(
        "object_store_member",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("account", "name", "user_id", name=op.f("pk_object_store_member")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_object_store_member_user_id", "object_store_member", ["user_id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_object_store_member_user_id", table_name="object_store_member")
    op.drop_table("object_store_member")
    op.drop_index("ix_object_store_grant_container_id", table_name="object_store_grant")
    op.drop_table("object_store_grant")
