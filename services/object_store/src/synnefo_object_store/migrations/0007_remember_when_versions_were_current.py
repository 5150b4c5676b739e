# SPDX-License-Identifier: Apache-2.0
"""Remember when versions were current."""

import sqlalchemy as sa
from alembic import op

revision = "object_store_0007"
down_revision = "object_store_0006"
branch_labels = None
depends_on = None

_TABLE = "object_store_object"

_LATER = """
    FROM object_store_object AS later
    WHERE later.container_id = object_store_object.container_id
      AND later.name = object_store_object.name
      AND later.version > object_store_object.version
"""
# Of versions that are there it is known which one followed; where none did, nobody noted when it
# ended, so it is seen at no moment.
_END = f"""
    UPDATE object_store_object SET ended_us = COALESCE((SELECT MIN(later.version) {_LATER}), version)
    WHERE nature <> 'deleted' AND (NOT is_current OR EXISTS (SELECT 1 {_LATER}))
"""  # noqa: S608  # only our own text
# What is current beside later ones was restored, behind the last of them.
_RESTORED = """
    INSERT INTO object_store_period (container_id, name, begun_us, version)
    SELECT container_id, name,
      (SELECT MAX(newest.version) FROM object_store_object AS newest
       WHERE newest.container_id = object_store_object.container_id
         AND newest.name = object_store_object.name),
      version
    FROM object_store_object WHERE is_current AND ended_us IS NOT NULL
"""


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "object_store_period",
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
        sa.Column("begun_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "container_id", "name", "begun_us", name=op.f("pk_object_store_period")
        ),
        sqlite_with_rowid=False,
    )
    op.add_column(_TABLE, sa.Column("ended_us", sa.BigInteger(), nullable=True))
    op.add_column(
        _TABLE, sa.Column("is_free", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(_TABLE, sa.Column("modified_by", sa.String(length=64), nullable=True))
    op.execute(_END)
    op.execute(_RESTORED)


def downgrade() -> None:
    """Take the change back."""
    for column in ("modified_by", "is_free", "ended_us"):
        op.drop_column(_TABLE, column)
    op.drop_table("object_store_period")
