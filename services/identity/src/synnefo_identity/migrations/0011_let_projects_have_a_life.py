# SPDX-License-Identifier: Apache-2.0
"""Let projects have a life."""

import time

import sqlalchemy as sa
from alembic import op

revision = "identity_0011"
down_revision = "identity_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_project_life",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("domain_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=True),
        sa.Column("homepage", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("join_policy", sa.String(length=64), nullable=False),
        sa.Column("leave_policy", sa.String(length=64), nullable=False),
        sa.Column("max_members", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column(
            "application_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_project_life")),
    )
    op.create_index(
        "ix_identity_project_life_ends_at", "identity_project_life", ["ends_at"], unique=False
    )
    op.create_index(
        "ix_identity_project_life_owner_id", "identity_project_life", ["owner_id"], unique=False
    )
    op.create_table(
        "identity_project_log",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("noun", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_project_log")),
    )
    op.create_index(
        "ix_identity_project_log_project_id",
        "identity_project_log",
        ["project_id", "id"],
        unique=False,
    )
    op.create_table(
        "identity_application",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("applicant_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("comments", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Double(), nullable=False),
        sa.Column("resolved_at", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_charged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["identity_project_life.id"],
            name=op.f("fk_identity_application_project_id_identity_project_life"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_application")),
    )
    op.create_index(
        "ix_identity_application_applicant_id",
        "identity_application",
        ["applicant_id"],
        unique=False,
    )
    op.create_index(
        "ix_identity_application_project_id", "identity_application", ["project_id"], unique=False
    )
    op.create_index(
        "ix_identity_application_state", "identity_application", ["state"], unique=False
    )
    op.create_table(
        "identity_project_limit",
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("of_project", sa.BigInteger(), nullable=False),
        sa.Column("of_member", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["identity_project_life.id"],
            name=op.f("fk_identity_project_limit_project_id_identity_project_life"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "resource", name=op.f("pk_identity_project_limit")),
    )
    op.create_table(
        "identity_project_member",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("was_accepted", sa.Boolean(), nullable=False),
        sa.Column("requested_at", sa.Double(), nullable=True),
        sa.Column("accepted_at", sa.Double(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["identity_project_life.id"],
            name=op.f("fk_identity_project_member_project_id_identity_project_life"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_project_member")),
        sa.UniqueConstraint(
            "project_id", "user_id", name=op.f("uq_identity_project_member_project_id")
        ),
    )
    op.create_index(
        "ix_identity_project_member_user_id", "identity_project_member", ["user_id"], unique=False
    )
    _begin_lives()


def _begin_lives() -> None:
    """Give the projects that are here what each has from now on, as life_models makes it."""
    now = time.time()
    end = now + 100 * 365.25 * 24 * 3600
    lives = (
        "INSERT INTO identity_project_life (id, domain_id, name, homepage, description, state,"
        " is_personal, is_private, join_policy, leave_policy, max_members, created_at, ends_at)"
        " SELECT id, domain_id, name, '', description,"
        " CASE WHEN is_enabled THEN 'active' ELSE 'suspended' END,"
        " is_personal, true, 'closed', 'closed',"
        " CASE WHEN is_personal THEN 1 ELSE 9223372036854775807 END,"
        " :now, CASE WHEN is_personal THEN :end END FROM identity_project"
    )
    begun: sa.BindParameter[float] = sa.bindparam("now", now, sa.Double())
    op.execute(sa.text(lives).bindparams(begun, sa.bindparam("end", end, sa.Double())))
    members = (
        "INSERT INTO identity_project_member"
        " (project_id, user_id, state, was_accepted, accepted_at, changed_at)"
        " SELECT id, id, 'accepted', true, :now, :now FROM identity_project WHERE is_personal"
    )
    op.execute(sa.text(members).bindparams(begun))


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_project_member_user_id", table_name="identity_project_member")
    op.drop_table("identity_project_member")
    op.drop_table("identity_project_limit")
    op.drop_index("ix_identity_application_state", table_name="identity_application")
    op.drop_index("ix_identity_application_project_id", table_name="identity_application")
    op.drop_index("ix_identity_application_applicant_id", table_name="identity_application")
    op.drop_table("identity_application")
    op.drop_index("ix_identity_project_log_project_id", table_name="identity_project_log")
    op.drop_table("identity_project_log")
    op.drop_index("ix_identity_project_life_owner_id", table_name="identity_project_life")
    op.drop_index("ix_identity_project_life_ends_at", table_name="identity_project_life")
    op.drop_table("identity_project_life")
