# SPDX-License-Identifier: Apache-2.0
"""Put tags on things."""

import sqlalchemy as sa
from alembic import op

revision = "network_0008"
down_revision = "network_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_tag",
        sa.Column("thing_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("thing_id", "tag", name=op.f("pk_network_tag")),
    )
    op.create_index("ix_network_tag_tag", "network_tag", ["tag", "thing_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_tag_tag", table_name="network_tag")
    op.drop_table("network_tag")
