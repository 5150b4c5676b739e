# SPDX-License-Identifier: Apache-2.0
"""Tag projects."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0004"
down_revision = "identity_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_tag",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["identity_project.id"],
            name=op.f("fk_identity_tag_project_id_identity_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "name", name=op.f("pk_identity_tag")),
    )
    op.create_index("ix_identity_tag_name", "identity_tag", ["name"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_tag_name", table_name="identity_tag")
    op.drop_table("identity_tag")
