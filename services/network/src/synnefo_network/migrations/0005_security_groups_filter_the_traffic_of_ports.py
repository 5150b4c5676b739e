# SPDX-License-Identifier: Apache-2.0
"""Security groups filter the traffic of ports."""

import sqlalchemy as sa
from alembic import op

revision = "network_0005"
down_revision = "network_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _create_groups()
    _create_rules()
    _create_memberships()
    op.add_column(
        "network_network",
        sa.Column("is_port_secured", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    # Ports that are there have no groups: filtered, they would be cut off.
    op.add_column(
        "network_port",
        sa.Column("is_secured", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "network_port",
        sa.Column("address_pairs", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )


def _create_groups() -> None:
    op.create_table(
        "network_security_group",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("default_of", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_stateful", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_security_group")),
        sa.UniqueConstraint("default_of", name=op.f("uq_network_security_group_default_of")),
    )
    op.create_index(
        "ix_network_security_group_project",
        "network_security_group",
        ["project_id", "id"],
        unique=False,
    )


def _create_rules() -> None:
    op.create_table(
        "network_security_rule",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("ethertype", sa.String(length=4), nullable=False),
        sa.Column("protocol", sa.String(length=32), nullable=True),
        sa.Column("port_min", sa.Integer(), nullable=True),
        sa.Column("port_max", sa.Integer(), nullable=True),
        sa.Column("remote_group_id", sa.String(length=64), nullable=True),
        sa.Column("remote_prefix", sa.String(length=49), nullable=True),
        sa.Column("meaning", sa.String(length=255), nullable=False),
        sa.Column("is_charged", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["network_security_group.id"],
            name=op.f("fk_network_security_rule_group_id_network_security_group"),
        ),
        sa.ForeignKeyConstraint(
            ["remote_group_id"],
            ["network_security_group.id"],
            name=op.f("fk_network_security_rule_remote_group_id_network_security_group"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_security_rule")),
        sa.UniqueConstraint("group_id", "meaning", name=op.f("uq_network_security_rule_group_id")),
    )
    op.create_index(
        "ix_network_security_rule_project",
        "network_security_rule",
        ["project_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_network_security_rule_remote",
        "network_security_rule",
        ["remote_group_id"],
        unique=False,
    )


def _create_memberships() -> None:
    op.create_table(
        "network_port_group",
        sa.Column("port_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["network_security_group.id"],
            name=op.f("fk_network_port_group_group_id_network_security_group"),
        ),
        sa.ForeignKeyConstraint(
            ["port_id"],
            ["network_port.id"],
            name=op.f("fk_network_port_group_port_id_network_port"),
        ),
        sa.PrimaryKeyConstraint("port_id", "group_id", name=op.f("pk_network_port_group")),
    )
    op.create_index("ix_network_port_group_group", "network_port_group", ["group_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_port", "address_pairs")
    op.drop_column("network_port", "is_secured")
    op.drop_column("network_network", "is_port_secured")
    op.drop_index("ix_network_port_group_group", table_name="network_port_group")
    op.drop_table("network_port_group")
    op.drop_index("ix_network_security_rule_remote", table_name="network_security_rule")
    op.drop_index("ix_network_security_rule_project", table_name="network_security_rule")
    op.drop_table("network_security_rule")
    op.drop_index("ix_network_security_group_project", table_name="network_security_group")
    op.drop_table("network_security_group")
