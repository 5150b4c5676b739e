# SPDX-License-Identifier: Apache-2.0
"""Say since when links are and when they were used."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0010"
down_revision = "identity_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("identity_link", sa.Column("linked_at", sa.Double(), nullable=True))
    op.add_column("identity_link", sa.Column("last_login_at", sa.Double(), nullable=True))
    op.add_column("identity_link", sa.Column("details", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("identity_link", "details")
    op.drop_column("identity_link", "last_login_at")
    op.drop_column("identity_link", "linked_at")
