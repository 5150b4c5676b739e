# SPDX-License-Identifier: Apache-2.0
"""Networks, subnets, ports and addresses."""

import sqlalchemy as sa
from alembic import op

revision = "network_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_mac_prefix",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_network_mac_prefix")),
        sa.UniqueConstraint("network_id", name=op.f("uq_network_mac_prefix_network_id")),
    )
    op.create_table(
        "network_network",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_external", sa.Boolean(), nullable=False),
        sa.Column("is_admin_up", sa.Boolean(), nullable=False),
        sa.Column("mtu", sa.Integer(), nullable=False),
        sa.Column("mac_prefix", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_network")),
    )
    op.create_index("ix_network_network_external", "network_network", ["is_external"], unique=False)
    op.create_index(
        "ix_network_network_project", "network_network", ["project_id", "id"], unique=False
    )
    op.create_index("ix_network_network_shared", "network_network", ["is_shared"], unique=False)
    op.create_table(
        "network_port",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("mac", sa.String(length=17), nullable=False),
        sa.Column("is_admin_up", sa.Boolean(), nullable=False),
        sa.Column("device_id", sa.String(length=255), nullable=False),
        sa.Column("device_owner", sa.String(length=255), nullable=False),
        sa.Column("is_temporary", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["network_network.id"],
            name=op.f("fk_network_port_network_id_network_network"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_port")),
        sa.UniqueConstraint("network_id", "mac", name=op.f("uq_network_port_network_id")),
    )
    op.create_index("ix_network_port_device", "network_port", ["device_id"], unique=False)
    op.create_index("ix_network_port_network", "network_port", ["network_id", "id"], unique=False)
    op.create_index("ix_network_port_project", "network_port", ["project_id", "id"], unique=False)
    op.create_table(
        "network_subnet",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("ip_version", sa.Integer(), nullable=False),
        sa.Column("cidr", sa.String(length=49), nullable=False),
        sa.Column("gateway_ip", sa.String(length=45), nullable=True),
        sa.Column("pools", sa.JSON(), nullable=False),
        sa.Column("is_dhcp_enabled", sa.Boolean(), nullable=False),
        sa.Column("dns_servers", sa.JSON(), nullable=False),
        sa.Column("host_routes", sa.JSON(), nullable=False),
        sa.Column("ipv6_ra_mode", sa.String(length=32), nullable=True),
        sa.Column("ipv6_address_mode", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["network_network.id"],
            name=op.f("fk_network_subnet_network_id_network_network"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_subnet")),
    )
    op.create_index(
        "ix_network_subnet_network", "network_subnet", ["network_id", "id"], unique=False
    )
    op.create_index(
        "ix_network_subnet_project", "network_subnet", ["project_id", "id"], unique=False
    )
    op.create_table(
        "network_address",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("subnet_id", sa.String(length=64), nullable=False),
        sa.Column("port_id", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["port_id"], ["network_port.id"], name=op.f("fk_network_address_port_id_network_port")
        ),
        sa.ForeignKeyConstraint(
            ["subnet_id"],
            ["network_subnet.id"],
            name=op.f("fk_network_address_subnet_id_network_subnet"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_address")),
        sa.UniqueConstraint("subnet_id", "ip", name=op.f("uq_network_address_subnet_id")),
    )
    op.create_index("ix_network_address_ip", "network_address", ["ip"], unique=False)
    op.create_index("ix_network_address_port", "network_address", ["port_id"], unique=False)
    op.create_index(
        "ix_network_address_position", "network_address", ["subnet_id", "position"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_address_position", table_name="network_address")
    op.drop_index("ix_network_address_port", table_name="network_address")
    op.drop_index("ix_network_address_ip", table_name="network_address")
    op.drop_table("network_address")
    op.drop_index("ix_network_subnet_project", table_name="network_subnet")
    op.drop_index("ix_network_subnet_network", table_name="network_subnet")
    op.drop_table("network_subnet")
    op.drop_index("ix_network_port_project", table_name="network_port")
    op.drop_index("ix_network_port_network", table_name="network_port")
    op.drop_index("ix_network_port_device", table_name="network_port")
    op.drop_table("network_port")
    op.drop_index("ix_network_network_shared", table_name="network_network")
    op.drop_index("ix_network_network_project", table_name="network_network")
    op.drop_index("ix_network_network_external", table_name="network_network")
    op.drop_table("network_network")
    op.drop_table("network_mac_prefix")
