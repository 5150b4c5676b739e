# SPDX-License-Identifier: Apache-2.0
"""Keep DNS names."""

import sqlalchemy as sa
from alembic import op

revision = "network_0016"
down_revision = "network_0015"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("network_network", "dns_domain"),
    ("network_port", "dns_name"),
    ("network_port", "dns_domain"),
    ("network_floating_ip", "dns_name"),
    ("network_floating_ip", "dns_domain"),
)


def upgrade() -> None:
    """Apply the change."""
    for table, name in _COLUMNS:
        op.add_column(
            table,
            sa.Column(name, sa.String(length=255), server_default=sa.text("''"), nullable=False),
        )


def downgrade() -> None:
    """Take the change back."""
    for table, name in reversed(_COLUMNS):
        op.drop_column(table, name)
