# SPDX-License-Identifier: Apache-2.0
"""Tell nodes of ports."""

import sqlalchemy as sa
from alembic import op

revision = "network_0013"
down_revision = "network_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_change",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("thing_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_change")),
    )
    op.create_table(
        "network_document",
        sa.Column("port_id", sa.String(length=64), nullable=False),
        sa.Column("cluster", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_gone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("port_id", "cluster", name=op.f("pk_network_document")),
    )
    op.create_index(
        "ix_network_document_cluster",
        "network_document",
        ["cluster", "is_gone", "port_id"],
        unique=False,
    )
    op.create_table(
        "network_node",
        sa.Column("cluster", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("heard_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "name", name=op.f("pk_network_node")),
    )
    op.create_table(
        "network_node_lack",
        sa.Column("cluster", sa.String(length=255), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("port_id", sa.String(length=64), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "node", "port_id", name=op.f("pk_network_node_lack")),
    )
    op.create_table(
        "network_signing_key",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_signing_key")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("network_signing_key")
    op.drop_table("network_node_lack")
    op.drop_table("network_node")
    op.drop_index("ix_network_document_cluster", table_name="network_document")
    op.drop_table("network_document")
    op.drop_table("network_change")
