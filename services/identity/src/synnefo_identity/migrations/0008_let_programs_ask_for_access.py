# SPDX-License-Identifier: Apache-2.0
"""Let programs ask for access."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0008"
down_revision = "identity_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_oauth2_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        sa.Column("has_secret", sa.Boolean(), nullable=False),
        sa.Column("redirect_urls", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_oauth2_client")),
    )
    op.create_table(
        "identity_oauth2_access",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("audit_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["identity_oauth2_client.id"],
            name=op.f("fk_identity_oauth2_access_client_id_identity_oauth2_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_oauth2_access_user_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_identity_oauth2_access")),
    )
    op.create_index(
        "ix_identity_oauth2_access_code", "identity_oauth2_access", ["code_hash"], unique=False
    )
    op.create_index(
        "ix_identity_oauth2_access_expires_at",
        "identity_oauth2_access",
        ["expires_at"],
        unique=False,
    )
    op.create_table(
        "identity_oauth2_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("audit_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("redirect_url", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("challenge", sa.String(length=128), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["identity_oauth2_client.id"],
            name=op.f("fk_identity_oauth2_code_client_id_identity_oauth2_client"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_oauth2_code_user_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_identity_oauth2_code")),
    )
    op.create_index(
        "ix_identity_oauth2_code_expires_at", "identity_oauth2_code", ["expires_at"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_oauth2_code_expires_at", table_name="identity_oauth2_code")
    op.drop_table("identity_oauth2_code")
    op.drop_index("ix_identity_oauth2_access_expires_at", table_name="identity_oauth2_access")
    op.drop_index("ix_identity_oauth2_access_code", table_name="identity_oauth2_access")
    op.drop_table("identity_oauth2_access")
    op.drop_table("identity_oauth2_client")
