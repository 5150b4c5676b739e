# SPDX-License-Identifier: Apache-2.0
"""Let flavors be for some projects and have extra specs."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0008"
down_revision = "compute_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_flavor_access",
        sa.Column("flavor_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("flavor_id", "project_id", name=op.f("pk_compute_flavor_access")),
    )
    op.create_index(
        "ix_compute_flavor_access_project_id",
        "compute_flavor_access",
        ["project_id", "flavor_id"],
    )
    op.create_table(
        "compute_flavor_spec",
        sa.Column("flavor_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("flavor_id", "name", name=op.f("pk_compute_flavor_spec")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("compute_flavor_spec")
    op.drop_index("ix_compute_flavor_access_project_id", table_name="compute_flavor_access")
    op.drop_table("compute_flavor_access")
