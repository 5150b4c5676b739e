# SPDX-License-Identifier: Apache-2.0
"""Tell how far imports are."""

import sqlalchemy as sa
from alembic import op

revision = "image_0003"
down_revision = "image_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "image_task",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("image_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("uri", sa.String(length=2048), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_task")),
    )
    op.create_index("ix_image_task_ended", "image_task", ["status", "updated_at"], unique=False)
    op.create_index("ix_image_task_image", "image_task", ["image_id"], unique=False)
    op.create_index(
        "ix_image_task_owner", "image_task", ["owner", "created_at", "id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_image_task_owner", table_name="image_task")
    op.drop_index("ix_image_task_image", table_name="image_task")
    op.drop_index("ix_image_task_ended", table_name="image_task")
    op.drop_table("image_task")
