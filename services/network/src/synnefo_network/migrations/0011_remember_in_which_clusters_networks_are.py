# SPDX-License-Identifier: Apache-2.0
"""Remember in which clusters networks are."""

import sqlalchemy as sa
from alembic import op

revision = "network_0011"
down_revision = "network_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_presence",
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.Column("cidr", sa.String(length=49), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("job_ids", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problem", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("reserved", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("idle_since", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("looked_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("network_id", "backend_id", name=op.f("pk_network_presence")),
    )
    op.create_index("ix_network_presence_backend", "network_presence", ["backend_id"], unique=False)
    op.create_index(
        "ix_network_presence_looked_at", "network_presence", ["looked_at"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_presence_looked_at", table_name="network_presence")
    op.drop_index("ix_network_presence_backend", table_name="network_presence")
    op.drop_table("network_presence")
