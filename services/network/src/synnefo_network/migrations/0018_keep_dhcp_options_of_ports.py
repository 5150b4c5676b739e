# SPDX-License-Identifier: Apache-2.0
"""Keep DHCP options of ports."""

import sqlalchemy as sa
from alembic import op

revision = "network_0018"
down_revision = "network_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "network_port",
        sa.Column("dhcp_options", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_port", "dhcp_options")
