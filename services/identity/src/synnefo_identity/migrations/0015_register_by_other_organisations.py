# SPDX-License-Identifier: Apache-2.0
"""Register by other organisations."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0015"
down_revision = "identity_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "identity_registration", sa.Column("identity", sa.JSON(none_as_null=True), nullable=True)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("identity_registration", "identity")
