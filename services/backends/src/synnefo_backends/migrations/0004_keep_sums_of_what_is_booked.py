# SPDX-License-Identifier: Apache-2.0
"""Keep sums of what is booked."""

import sqlalchemy as sa
from alembic import op

revision = "backends_0004"
down_revision = "backends_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "backends_booked",
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.Column("servers", sa.BigInteger(), nullable=False),
        sa.Column("vcpus", sa.BigInteger(), nullable=False),
        sa.Column("ram_mib", sa.BigInteger(), nullable=False),
        sa.Column("disk_mib", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("backend_id", name=op.f("pk_backends_booked")),
    )
    op.create_table(
        "backends_booked_change",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("backend_id", sa.String(length=64), nullable=False),
        sa.Column("servers", sa.Integer(), nullable=False),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("ram_mib", sa.BigInteger(), nullable=False),
        sa.Column("disk_mib", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backends_booked_change")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO backends_booked (backend_id, servers, vcpus, ram_mib, disk_mib)"
        " SELECT backend_id, count(*), sum(vcpus), sum(ram_mib), sum(disk_mib)"
        " FROM backends_booking GROUP BY backend_id"
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("backends_booked_change")
    op.drop_table("backends_booked")
