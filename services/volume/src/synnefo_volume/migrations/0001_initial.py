# SPDX-License-Identifier: Apache-2.0
"""Types, their access and quality of service specs."""

import sqlalchemy as sa
from alembic import op

revision = "volume_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "volume_qos",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("consumer", sa.String(length=16), nullable=False),
        sa.Column("specs", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_qos")),
        sa.UniqueConstraint("name", name=op.f("uq_volume_qos_name")),
    )
    op.create_table(
        "volume_type",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("extra_specs", sa.JSON(), nullable=False),
        sa.Column("qos_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume_type")),
        sa.UniqueConstraint("name", name=op.f("uq_volume_type_name")),
    )
    op.create_index("ix_volume_type_created", "volume_type", ["created_at", "id"], unique=False)
    op.create_index("ix_volume_type_qos", "volume_type", ["qos_id"], unique=False)
    op.create_table(
        "volume_default_type",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("type_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["type_id"], ["volume_type.id"], name=op.f("fk_volume_default_type_type_id_volume_type")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_volume_default_type")),
    )
    op.create_index("ix_volume_default_type_type", "volume_default_type", ["type_id"], unique=False)
    op.create_table(
        "volume_type_access",
        sa.Column("type_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["type_id"], ["volume_type.id"], name=op.f("fk_volume_type_access_type_id_volume_type")
        ),
        sa.PrimaryKeyConstraint("type_id", "project_id", name=op.f("pk_volume_type_access")),
    )
    op.create_index(
        "ix_volume_type_access_project", "volume_type_access", ["project_id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_volume_type_access_project", table_name="volume_type_access")
    op.drop_table("volume_type_access")
    op.drop_index("ix_volume_default_type_type", table_name="volume_default_type")
    op.drop_table("volume_default_type")
    op.drop_index("ix_volume_type_qos", table_name="volume_type")
    op.drop_index("ix_volume_type_created", table_name="volume_type")
    op.drop_table("volume_type")
    op.drop_table("volume_qos")
