# SPDX-License-Identifier: Apache-2.0
"""Let components have services."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0016"
down_revision = "identity_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_component",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("ui_url", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"],
            ["identity_user.id"],
            name=op.f("fk_identity_component_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_component")),
        sa.UniqueConstraint("digest", name=op.f("uq_identity_component_digest")),
        sa.UniqueConstraint("name", name=op.f("uq_identity_component_name")),
    )
    op.add_column(
        "identity_service", sa.Column("component_id", sa.String(length=64), nullable=True)
    )
    op.add_column(
        "identity_service",
        sa.Column("is_public", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.create_index(
        "ix_identity_service_component_id", "identity_service", ["component_id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_service_component_id", table_name="identity_service")
    op.drop_column("identity_service", "is_public")
    op.drop_column("identity_service", "component_id")
    op.drop_table("identity_component")
