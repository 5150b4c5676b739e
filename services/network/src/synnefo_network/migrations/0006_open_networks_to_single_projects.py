# SPDX-License-Identifier: Apache-2.0
"""Open networks to single projects."""

import sqlalchemy as sa
from alembic import op

revision = "network_0006"
down_revision = "network_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_rbac",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_rbac")),
        sa.UniqueConstraint(
            "network_id", "action", "target", name=op.f("uq_network_rbac_network_id")
        ),
    )
    op.create_index("ix_network_rbac_project", "network_rbac", ["project_id", "id"], unique=False)
    op.create_index(
        "ix_network_rbac_target", "network_rbac", ["target", "network_id"], unique=False
    )
    op.add_column(
        "network_network",
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_network", "is_hidden")
    op.drop_index("ix_network_rbac_target", table_name="network_rbac")
    op.drop_index("ix_network_rbac_project", table_name="network_rbac")
    op.drop_table("network_rbac")
