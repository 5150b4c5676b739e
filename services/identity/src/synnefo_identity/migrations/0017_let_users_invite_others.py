# SPDX-License-Identifier: Apache-2.0
"""Let users invite others."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0017"
down_revision = "identity_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_invitation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("inviter_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sent_at", sa.Double(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inviter_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_invitation_inviter_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_invitation")),
    )
    op.create_index(
        "ix_identity_invitation_inviter_id", "identity_invitation", ["inviter_id"], unique=False
    )
    op.add_column(
        "identity_account", sa.Column("level", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "identity_registration", sa.Column("invitation_id", sa.String(length=64), nullable=True)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("identity_registration", "invitation_id")
    op.drop_column("identity_account", "level")
    op.drop_index("ix_identity_invitation_inviter_id", table_name="identity_invitation")
    op.drop_table("identity_invitation")
