# SPDX-License-Identifier: Apache-2.0
"""Remember hints and what was said of images."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0013"
down_revision = "compute_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_server", sa.Column("hints", sa.JSON(), server_default="{}", nullable=False)
    )
    op.add_column(
        "compute_server",
        sa.Column("image_properties", sa.JSON(), server_default="{}", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "image_properties")
    op.drop_column("compute_server", "hints")
