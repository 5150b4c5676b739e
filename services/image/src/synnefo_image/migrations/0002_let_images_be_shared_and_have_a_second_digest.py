# SPDX-License-Identifier: Apache-2.0
"""Let images be shared and have a second digest."""

import sqlalchemy as sa
from alembic import op

revision = "image_0002"
down_revision = "image_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "image_member",
        sa.Column("image_id", sa.String(length=64), nullable=False),
        sa.Column("member", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image_image.id"], name=op.f("fk_image_member_image_id_image_image")
        ),
        sa.PrimaryKeyConstraint("image_id", "member", name=op.f("pk_image_member")),
    )
    op.create_index("ix_image_member_member", "image_member", ["member"], unique=False)
    op.add_column(
        "image_image",
        sa.Column("hash_algorithm", sa.String(length=16), server_default="", nullable=False),
    )
    op.add_column(
        "image_image",
        sa.Column("hash_value", sa.String(length=128), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("image_image", "hash_value")
    op.drop_column("image_image", "hash_algorithm")
    op.drop_index("ix_image_member_member", table_name="image_member")
    op.drop_table("image_member")
