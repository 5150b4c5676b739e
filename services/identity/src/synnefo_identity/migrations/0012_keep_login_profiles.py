# SPDX-License-Identifier: Apache-2.0
"""Keep login profiles."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0012"
down_revision = "identity_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_login_profile",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("is_exclusive", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_identity_login_profile")),
    )
    op.create_index(
        "ix_identity_login_profile_method", "identity_login_profile", ["method"], unique=False
    )
    op.create_table(
        "identity_login_profile_target",
        sa.Column("profile", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("target_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"],
            ["identity_login_profile.name"],
            name=op.f("fk_identity_login_profile_target_profile_identity_login_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "profile", "kind", "target_id", name=op.f("pk_identity_login_profile_target")
        ),
    )
    op.create_index(
        "ix_identity_login_profile_target_target",
        "identity_login_profile_target",
        ["target_id"],
        unique=False,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "ix_identity_login_profile_target_target", table_name="identity_login_profile_target"
    )
    op.drop_table("identity_login_profile_target")
    op.drop_index("ix_identity_login_profile_method", table_name="identity_login_profile")
    op.drop_table("identity_login_profile")
