# SPDX-License-Identifier: Apache-2.0
"""Images, their tags and the ids that were used."""

import sqlalchemy as sa
from alembic import op

revision = "image_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "image_image",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=32), nullable=False),
        sa.Column("min_disk_gib", sa.Integer(), nullable=False),
        sa.Column("min_ram_mib", sa.Integer(), nullable=False),
        sa.Column("disk_format", sa.String(length=32), nullable=False),
        sa.Column("container_format", sa.String(length=32), nullable=False),
        sa.Column("is_protected", sa.Boolean(), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("store", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("container", sa.String(length=255), nullable=False),
        sa.Column("object_name", sa.String(length=1024), nullable=False),
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_image")),
    )
    op.create_index(
        "ix_image_image_owner", "image_image", ["owner", "created_at", "id"], unique=False
    )
    op.create_index("ix_image_image_store", "image_image", ["store"], unique=False)
    op.create_index(
        "ix_image_image_visibility", "image_image", ["visibility", "created_at", "id"], unique=False
    )
    op.create_table(
        "image_used_id",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_used_id")),
    )
    op.create_table(
        "image_tag",
        sa.Column("image_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image_image.id"], name=op.f("fk_image_tag_image_id_image_image")
        ),
        sa.PrimaryKeyConstraint("image_id", "tag", name=op.f("pk_image_tag")),
    )
    op.create_index("ix_image_tag_tag", "image_tag", ["tag"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_image_tag_tag", table_name="image_tag")
    op.drop_table("image_tag")
    op.drop_table("image_used_id")
    op.drop_index("ix_image_image_visibility", table_name="image_image")
    op.drop_index("ix_image_image_store", table_name="image_image")
    op.drop_index("ix_image_image_owner", table_name="image_image")
    op.drop_table("image_image")
