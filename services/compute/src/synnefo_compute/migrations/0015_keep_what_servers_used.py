# SPDX-License-Identifier: Apache-2.0
"""Keep what servers used."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0015"
down_revision = "compute_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_figure",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_compute_figure")),
    )
    op.create_table(
        "compute_graph",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("step_s", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begins_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", "step_s", "begins_at", name=op.f("pk_compute_graph")),
    )
    op.create_index("ix_compute_graph_expires_at", "compute_graph", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_compute_graph_expires_at", table_name="compute_graph")
    op.drop_table("compute_graph")
    op.drop_table("compute_figure")
