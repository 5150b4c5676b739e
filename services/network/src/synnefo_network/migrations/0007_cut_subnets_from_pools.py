# SPDX-License-Identifier: Apache-2.0
"""Cut subnets from pools."""

import sqlalchemy as sa
from alembic import op

revision = "network_0007"
down_revision = "network_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_address_scope",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("ip_version", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_address_scope")),
    )
    op.create_index(
        "ix_network_address_scope_project",
        "network_address_scope",
        ["project_id", "id"],
        unique=False,
    )
    op.create_table(
        "network_subnet_pool",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ip_version", sa.Integer(), nullable=False),
        sa.Column("prefixes", sa.JSON(), nullable=False),
        sa.Column("min_length", sa.Integer(), nullable=False),
        sa.Column("max_length", sa.Integer(), nullable=False),
        sa.Column("default_length", sa.Integer(), nullable=False),
        sa.Column("default_quota", sa.BigInteger(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("scope_id", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_subnet_pool")),
    )
    op.create_index(
        "ix_network_subnet_pool_project", "network_subnet_pool", ["project_id", "id"], unique=False
    )
    op.create_index(
        "ix_network_subnet_pool_scope", "network_subnet_pool", ["scope_id"], unique=False
    )
    op.add_column("network_subnet", sa.Column("pool_id", sa.String(length=64), nullable=True))
    op.create_index("ix_network_subnet_pool", "network_subnet", ["pool_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_subnet_pool", table_name="network_subnet")
    op.drop_column("network_subnet", "pool_id")
    op.drop_index("ix_network_subnet_pool_scope", table_name="network_subnet_pool")
    op.drop_index("ix_network_subnet_pool_project", table_name="network_subnet_pool")
    op.drop_table("network_subnet_pool")
    op.drop_index("ix_network_address_scope_project", table_name="network_address_scope")
    op.drop_table("network_address_scope")
