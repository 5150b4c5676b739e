# SPDX-License-Identifier: Apache-2.0
"""Keep terms of use."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0013"
down_revision = "identity_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_terms",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_identity_terms")),
    )
    op.create_table(
        "identity_agreement",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agreed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_agreement_user_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "version", name=op.f("pk_identity_agreement")),
    )
    op.drop_column("identity_account", "terms_version")
    op.drop_column("identity_account", "terms_at")


def downgrade() -> None:
    """Take the change back."""
    op.add_column("identity_account", sa.Column("terms_at", sa.DOUBLE(), nullable=True))
    op.add_column("identity_account", sa.Column("terms_version", sa.INTEGER(), nullable=True))
    op.drop_table("identity_agreement")
    op.drop_table("identity_terms")
