# SPDX-License-Identifier: Apache-2.0
"""Forward ports of floating IPs."""

import sqlalchemy as sa
from alembic import op

revision = "network_0017"
down_revision = "network_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_port_forwarding",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("floating_ip_id", sa.String(length=64), nullable=False),
        sa.Column("port_id", sa.String(length=64), nullable=False),
        sa.Column("fixed_ip", sa.String(length=45), nullable=False),
        sa.Column("protocol", sa.String(length=8), nullable=False),
        sa.Column("outside_first", sa.Integer(), nullable=False),
        sa.Column("outside_last", sa.Integer(), nullable=False),
        sa.Column("inside_first", sa.Integer(), nullable=False),
        sa.Column("inside_last", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["floating_ip_id"],
            ["network_floating_ip.id"],
            name=op.f("fk_network_port_forwarding_floating_ip_id_network_floating_ip"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_port_forwarding")),
        sa.UniqueConstraint(
            "floating_ip_id",
            "protocol",
            "outside_first",
            name=op.f("uq_network_port_forwarding_floating_ip_id"),
        ),
    )
    op.create_index(
        "ix_network_port_forwarding_port",
        "network_port_forwarding",
        ["port_id", "fixed_ip"],
        unique=False,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_port_forwarding_port", table_name="network_port_forwarding")
    op.drop_table("network_port_forwarding")
