# SPDX-License-Identifier: Apache-2.0
"""Have one default network, and one default subnet pool of each IP version."""

import sqlalchemy as sa
from alembic import op

revision = "network_0014"
down_revision = "network_0013"
branch_labels = None
depends_on = None

_DEFAULT = sa.text("is_default")


def upgrade() -> None:
    """Apply the change."""
    # Two administrators may have made two at once: the one with the lowest id stays.
    op.execute(
        "UPDATE network_network SET is_default = false WHERE is_default AND id NOT IN"
        " (SELECT min(id) FROM network_network WHERE is_default)"
    )
    op.execute(
        "UPDATE network_subnet_pool SET is_default = false WHERE is_default AND id NOT IN"
        " (SELECT min(id) FROM network_subnet_pool WHERE is_default GROUP BY ip_version)"
    )
    op.create_index(
        "uq_network_network_default",
        "network_network",
        ["is_default"],
        unique=True,
        sqlite_where=_DEFAULT,
        postgresql_where=_DEFAULT,
    )
    op.create_index(
        "uq_network_subnet_pool_default",
        "network_subnet_pool",
        ["ip_version"],
        unique=True,
        sqlite_where=_DEFAULT,
        postgresql_where=_DEFAULT,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("uq_network_subnet_pool_default", table_name="network_subnet_pool")
    op.drop_index("uq_network_network_default", table_name="network_network")
