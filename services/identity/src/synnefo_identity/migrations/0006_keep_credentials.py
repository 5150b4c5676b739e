# SPDX-License-Identifier: Apache-2.0
"""Keep credentials."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0006"
down_revision = "identity_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_credential",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=True),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["identity_project.id"],
            name=op.f("fk_identity_credential_project_id_identity_project"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_credential_user_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_credential")),
    )
    op.create_index(
        "ix_identity_credential_project", "identity_credential", ["project_id"], unique=False
    )
    op.create_index("ix_identity_credential_user", "identity_credential", ["user_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_credential_user", table_name="identity_credential")
    op.drop_index("ix_identity_credential_project", table_name="identity_credential")
    op.drop_table("identity_credential")
