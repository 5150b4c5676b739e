# SPDX-License-Identifier: Apache-2.0
"""Remember notices of servers and rounds of clusters."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0005"
down_revision = "compute_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_round",
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.Column("last_part", sa.String(length=255), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("backend_id", name=op.f("pk_compute_round")),
    )
    op.add_column(
        "compute_server",
        sa.Column("noticed_at", sa.Double(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "noticed_at")
    op.drop_table("compute_round")
