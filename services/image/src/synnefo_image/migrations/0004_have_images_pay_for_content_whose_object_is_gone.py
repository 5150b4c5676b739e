# SPDX-License-Identifier: Apache-2.0
"""Have images pay for content whose object is gone."""

import sqlalchemy as sa
from alembic import op

revision = "image_0004"
down_revision = "image_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "image_image", sa.Column("user_id", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column(
        "image_image",
        sa.Column("charged_bytes", sa.BigInteger(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("image_image", "charged_bytes")
    op.drop_column("image_image", "user_id")
