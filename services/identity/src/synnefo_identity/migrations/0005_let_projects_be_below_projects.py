# SPDX-License-Identifier: Apache-2.0
"""Let projects be below projects."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0005"
down_revision = "identity_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("identity_project", sa.Column("parent_id", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_identity_project_parent_id", "identity_project", ["parent_id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_project_parent_id", table_name="identity_project")
    op.drop_column("identity_project", "parent_id")
