# SPDX-License-Identifier: Apache-2.0
"""Keep accounts and letters."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0007"
down_revision = "identity_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_parked_letter",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("written_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_parked_letter")),
    )
    op.create_index(
        "ix_identity_parked_letter_due_at", "identity_parked_letter", ["due_at"], unique=False
    )
    op.create_table(
        "identity_rate",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identity_rate")),
    )
    op.create_index("ix_identity_rate_began_at", "identity_rate", ["began_at"], unique=False)
    op.create_table(
        "identity_registration",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("given_name", sa.String(length=255), nullable=False),
        sa.Column("family_name", sa.String(length=255), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_registration")),
    )
    op.create_index(
        "ix_identity_registration_address", "identity_registration", ["address"], unique=False
    )
    op.create_index(
        "ix_identity_registration_created_at", "identity_registration", ["created_at"], unique=False
    )
    op.create_table(
        "identity_ticket",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_identity_ticket")),
    )
    op.create_index(
        "ix_identity_ticket_expires_at", "identity_ticket", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_identity_ticket_subject_id", "identity_ticket", ["subject_id", "purpose"], unique=False
    )
    op.create_table(
        "identity_account",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=True),
        sa.Column("verified_at", sa.Double(), nullable=True),
        sa.Column("moderated_at", sa.Double(), nullable=True),
        sa.Column("acceptance_policy", sa.String(length=64), nullable=False),
        sa.Column("accepted_address", sa.String(length=255), nullable=False),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("rejected_at", sa.Double(), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=False),
        sa.Column("deactivated_at", sa.Double(), nullable=True),
        sa.Column("deactivation_reason", sa.Text(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=True),
        sa.Column("terms_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_identity_account_user_id_identity_user"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_identity_account")),
        sa.UniqueConstraint("address", name=op.f("uq_identity_account_address")),
    )
    column = sa.Column("address", sa.String(length=255), server_default="", nullable=False)
    op.add_column("identity_user", column)
    op.create_index("ix_identity_user_address", "identity_user", ["address"], unique=False)
    op.execute("UPDATE identity_user SET address = lower(trim(email))")


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_user_address", table_name="identity_user")
    op.drop_column("identity_user", "address")
    op.drop_table("identity_account")
    op.drop_index("ix_identity_ticket_subject_id", table_name="identity_ticket")
    op.drop_index("ix_identity_ticket_expires_at", table_name="identity_ticket")
    op.drop_table("identity_ticket")
    op.drop_index("ix_identity_registration_created_at", table_name="identity_registration")
    op.drop_index("ix_identity_registration_address", table_name="identity_registration")
    op.drop_table("identity_registration")
    op.drop_index("ix_identity_rate_began_at", table_name="identity_rate")
    op.drop_table("identity_rate")
    op.drop_index("ix_identity_parked_letter_due_at", table_name="identity_parked_letter")
    op.drop_table("identity_parked_letter")
