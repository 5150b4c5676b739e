# SPDX-License-Identifier: Apache-2.0
"""Keep policy documents."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0014"
down_revision = "identity_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_document",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_document")),
    )
    op.create_index("ix_identity_document_type", "identity_document", ["type"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_document_type", table_name="identity_document")
    op.drop_table("identity_document")
