# SPDX-License-Identifier: Apache-2.0
"""Make the tables of accounts, containers, objects and uploads."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    _make_account()
    _make_container()
    _make_delta()
    _make_possession()
    _make_upload()
    _make_upload_part()
    _make_object()


def _make_account() -> None:
    op.create_table(
        "object_store_account",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("containers", sa.BigInteger(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object_store_account")),
    )


def _make_container() -> None:
    op.create_table(
        "object_store_container",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(
                sa.String(length=1024, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("objects", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("modified_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object_store_container")),
        sa.UniqueConstraint("account", "name", name=op.f("uq_object_store_container_account")),
        sqlite_autoincrement=True,
    )


def _make_delta() -> None:
    op.create_table(
        "object_store_delta",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("container_id", sa.BigInteger(), nullable=False),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object_store_delta")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_object_store_delta_account", "object_store_delta", ["account"], unique=False
    )
    op.create_index(
        "ix_object_store_delta_container_id", "object_store_delta", ["container_id"], unique=False
    )


def _make_possession() -> None:
    op.create_table(
        "object_store_possession",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("added_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "digest", name=op.f("pk_object_store_possession")),
        sqlite_with_rowid=False,
    )


def _make_upload() -> None:
    op.create_table(
        "object_store_upload",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.Double(), nullable=False),
        sa.Column("renewed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_object_store_upload")),
    )
    op.create_index(
        "ix_object_store_upload_renewed_at", "object_store_upload", ["renewed_at"], unique=False
    )


def _make_upload_part() -> None:
    op.create_table(
        "object_store_upload_part",
        sa.Column("upload_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "number", name=op.f("pk_object_store_upload_part")),
    )


def _make_object() -> None:
    op.create_table(
        "object_store_object",
        sa.Column(
            "container_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "name",
            sa.String(length=1024).with_variant(
                sa.String(length=1024, collation="C"), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=255), nullable=False),
        sa.Column("modified_at", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("object_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["container_id"],
            ["object_store_container.id"],
            name=op.f("fk_object_store_object_container_id_object_store_container"),
        ),
        sa.PrimaryKeyConstraint(
            "container_id", "name", "version", name=op.f("pk_object_store_object")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_object_store_object_current",
        "object_store_object",
        ["container_id", "name"],
        unique=True,
        postgresql_where=sa.text("is_current"),
        postgresql_include=["size_bytes", "etag", "content_type", "modified_at"],
        sqlite_where=sa.text("is_current"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "uq_object_store_object_current",
        table_name="object_store_object",
        postgresql_where=sa.text("is_current"),
        postgresql_include=["size_bytes", "etag", "content_type", "modified_at"],
        sqlite_where=sa.text("is_current"),
    )
    op.drop_table("object_store_object")
    op.drop_table("object_store_upload_part")
    op.drop_index("ix_object_store_upload_renewed_at", table_name="object_store_upload")
    op.drop_table("object_store_upload")
    op.drop_table("object_store_possession")
    op.drop_index("ix_object_store_delta_container_id", table_name="object_store_delta")
    op.drop_index("ix_object_store_delta_account", table_name="object_store_delta")
    op.drop_table("object_store_delta")
    op.drop_table("object_store_container")
    op.drop_table("object_store_account")
