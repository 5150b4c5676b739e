# SPDX-License-Identifier: Apache-2.0
"""Let clusters have zones, ratios and projects."""

import sqlalchemy as sa
from alembic import op

revision = "backends_0002"
down_revision = "backends_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "backends_reservation",
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("backend_id", "project_id", name=op.f("pk_backends_reservation")),
    )
    op.add_column(
        "backends_backend",
        sa.Column("is_public", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column(
        "backends_backend",
        sa.Column("zone", sa.String(length=255), server_default="nova", nullable=False),
    )
    op.add_column(
        "backends_backend", sa.Column("vcpu_ratio", sa.Double(), server_default="0", nullable=False)
    )
    op.add_column(
        "backends_backend", sa.Column("ram_ratio", sa.Double(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("backends_backend", "ram_ratio")
    op.drop_column("backends_backend", "vcpu_ratio")
    op.drop_column("backends_backend", "zone")
    op.drop_column("backends_backend", "is_public")
    op.drop_table("backends_reservation")
