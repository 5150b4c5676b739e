# SPDX-License-Identifier: Apache-2.0
"""Identity's tables, prefix ``identity``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from synnefo_core.db.base import (
    Base,
    Big,
    Id,
    Json,
    JsonList,
    Key,
    LongText,
    Moment,
    Name,
    new_hex_id,
    new_metadata,
)


class Model(Base):
    """The root of identity's models."""

    __abstract__ = True
    metadata = new_metadata()


class DomainRow(Model):
    """A namespace of users, groups and projects."""

    __tablename__ = "identity_domain"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[Json] = mapped_column(default=dict)


class ProjectRow(Model):
    """A project; a user's personal one has the user's id. Without a parent it is in its domain.

    A parent is for life. That it stays as long as its children do, locks see to.
    """

    __tablename__ = "identity_project"
    __table_args__ = (
        UniqueConstraint("domain_id", "name"),
        Index("ix_identity_project_parent_id", "parent_id"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    domain_id: Mapped[Id] = mapped_column(ForeignKey("identity_domain.id"))
    parent_id: Mapped[str | None] = mapped_column(String(64), default=None)
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    is_personal: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[Json] = mapped_column(default=dict)


class TagRow(Model):
    """A word on a project."""

    __tablename__ = "identity_tag"
    __table_args__ = (Index("ix_identity_tag_name", "name"),)

    project_id: Mapped[Key] = mapped_column(ForeignKey("identity_project.id", ondelete="CASCADE"))
    name: Mapped[Name] = mapped_column(primary_key=True)


class UserRow(Model):
    """A user. Tokens of an older ``token_epoch`` than the row's are void.

    ``address`` is ``email`` as it is compared.
    """

    __tablename__ = "identity_user"
    __table_args__ = (
        UniqueConstraint("domain_id", "name"),
        Index("ix_identity_user_address", "address"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    domain_id: Mapped[Id] = mapped_column(ForeignKey("identity_domain.id"))
    name: Mapped[Name]
    email: Mapped[Name] = mapped_column(default="")
    address: Mapped[Name] = mapped_column(default="", server_default="")
    description: Mapped[LongText] = mapped_column(default="")
    default_project_id: Mapped[str | None] = mapped_column(String(64), default=None)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    token_epoch: Mapped[int] = mapped_column(default=0)
    extra: Mapped[Json] = mapped_column(default=dict)

    @validates("email")
    def _follow_email(self, _name: str, email: str) -> str:
        self.address = email.strip().lower()
        return email


class LinkRow(Model):
    """By what a login method calls a user: the only way from an assertion to an account.

    ``details`` holds ``issuer``, what else the method tells of the user (``told``) and which of the
    user's attributes it governs (``forced``).
    """

    __tablename__ = "identity_link"
    __table_args__ = (Index("ix_identity_link_user", "user_id"),)

    method: Mapped[Key]
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    linked_at: Mapped[float | None] = mapped_column(Double, default=None)
    last_login_at: Mapped[float | None] = mapped_column(Double, default=None)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None)


class GroupRow(Model):
    """A group of users."""

    __tablename__ = "identity_group"
    __table_args__ = (UniqueConstraint("domain_id", "name"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    domain_id: Mapped[Id] = mapped_column(ForeignKey("identity_domain.id"))
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="")
    extra: Mapped[Json] = mapped_column(default=dict)


class MembershipRow(Model):
    """A user in a group."""

    __tablename__ = "identity_membership"
    __table_args__ = (Index("ix_identity_membership_user", "user_id"),)

    group_id: Mapped[Key] = mapped_column(ForeignKey("identity_group.id", ondelete="CASCADE"))
    user_id: Mapped[Key] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))


class RoleRow(Model):
    """A role. Those of the ladder are the cloud's own and stay as they are."""

    __tablename__ = "identity_role"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="")
    is_builtin: Mapped[bool] = mapped_column(default=False)
    extra: Mapped[Json] = mapped_column(default=dict)


class ImpliedRoleRow(Model):
    """Who has the prior role has the implied one, too."""

    __tablename__ = "identity_implied_role"

    prior_id: Mapped[Key] = mapped_column(ForeignKey("identity_role.id", ondelete="CASCADE"))
    implied_id: Mapped[Key] = mapped_column(ForeignKey("identity_role.id", ondelete="CASCADE"))


class AssignmentRow(Model):
    """A role of a user or group on a project, a domain or the system."""

    __tablename__ = "identity_assignment"
    __table_args__ = (
        UniqueConstraint("actor_id", "actor_kind", "target_kind", "target_id", "role_id"),
        Index("ix_identity_assignment_target", "target_id", "target_kind"),
        Index("ix_identity_assignment_role", "role_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    actor_kind: Mapped[Id]
    actor_id: Mapped[Id]
    target_kind: Mapped[Id]
    target_id: Mapped[Id]
    role_id: Mapped[Id] = mapped_column(ForeignKey("identity_role.id", ondelete="CASCADE"))


class RegionRow(Model):
    """A part of the world, by an operator's name; the cloud's own is no row."""

    __tablename__ = "identity_region"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(String(255), default=None)
    description: Mapped[LongText] = mapped_column(default="")
    extra: Mapped[Json] = mapped_column(default=dict)


class ServiceRow(Model):
    """A service that an operator adds to the catalog; those of this cloud are no rows.

    One of a component has the component's id; one that is not public is in no menu.
    """

    __tablename__ = "identity_service"
    __table_args__ = (Index("ix_identity_service_component_id", "component_id"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    type: Mapped[Name]
    name: Mapped[Name] = mapped_column(default="")
    description: Mapped[LongText] = mapped_column(default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    component_id: Mapped[str | None] = mapped_column(String(64), default=None)
    is_public: Mapped[bool] = mapped_column(default=True, server_default=true())
    extra: Mapped[Json] = mapped_column(default=dict)


class ComponentRow(Model):
    """A program beside this cloud with services of its own; it is the user of this id.

    Of its token only the digest is kept.
    """

    __tablename__ = "identity_component"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("digest"))

    id: Mapped[Key] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    name: Mapped[Name]
    base_url: Mapped[LongText] = mapped_column(default="")
    ui_url: Mapped[LongText] = mapped_column(default="")
    digest: Mapped[Id]
    issued_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class EndpointRow(Model):
    """Where a service is, an operator's or one of this cloud's in another region."""

    __tablename__ = "identity_endpoint"
    __table_args__ = (
        Index("ix_identity_endpoint_service_id", "service_id"),
        Index("ix_identity_endpoint_region_id", "region_id"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    service_id: Mapped[Id]
    interface: Mapped[Id]
    region_id: Mapped[str | None] = mapped_column(String(255), default=None)
    url: Mapped[LongText]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    extra: Mapped[Json] = mapped_column(default=dict)


class DocumentRow(Model):
    """A policy of an operator's own service."""

    __tablename__ = "identity_document"
    __table_args__ = (Index("ix_identity_document_type", "type"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    type: Mapped[Name]
    blob: Mapped[LongText]
    extra: Mapped[Json] = mapped_column(default=dict)


class ApplicationCredentialRow(Model):
    """A name and a secret for a program; without ``access_rule_ids`` it is for all requests."""

    __tablename__ = "identity_application_credential"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        Index("ix_identity_application_credential_project", "project_id"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    project_id: Mapped[Id] = mapped_column(ForeignKey("identity_project.id", ondelete="CASCADE"))
    name: Mapped[Name]
    description: Mapped[LongText] = mapped_column(default="")
    expires_at: Mapped[float | None] = mapped_column(Double, default=None)
    is_unrestricted: Mapped[bool] = mapped_column(default=False)
    role_ids: Mapped[JsonList]
    access_rule_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), default=None)


class AccessRuleRow(Model):
    """A kind of request that application credentials of a user are for."""

    __tablename__ = "identity_access_rule"
    __table_args__ = (UniqueConstraint("user_id", "service", "method", "path"),)

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    service: Mapped[Id]
    method: Mapped[Id]
    path: Mapped[Name]


class CredentialRow(Model):
    """A secret that is kept for a user; ``blob`` is sealed."""

    __tablename__ = "identity_credential"
    __table_args__ = (
        Index("ix_identity_credential_user", "user_id"),
        Index("ix_identity_credential_project", "project_id"),
    )

    id: Mapped[Key] = mapped_column(default=new_hex_id)
    user_id: Mapped[Id] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    project_id: Mapped[str | None] = mapped_column(
        String(64), ForeignKey("identity_project.id", ondelete="CASCADE")
    )
    type: Mapped[Name]
    blob: Mapped[LongText]


class RevocationRow(Model):
    """A token that was given back before its time."""

    __tablename__ = "identity_revocation"
    __table_args__ = (Index("ix_identity_revocation_expires_at", "expires_at"),)

    audit_id: Mapped[Key]
    expires_at: Mapped[Moment]


class FailureRow(Model):
    """Failed logins of somebody from somewhere: ``key`` is a hash of both."""

    __tablename__ = "identity_failure"
    __table_args__ = (Index("ix_identity_failure_last_at", "last_at"),)

    key: Mapped[Key]
    failures: Mapped[int]
    last_at: Mapped[Moment]


class CounterRow(Model):
    """The number of the last change; whoever writes changes holds this row until the commit."""

    __tablename__ = "identity_counter"

    name: Mapped[Key]
    number: Mapped[Big]


class ChangeRow(Model):
    """Something that makes claims which processes remember untrue."""

    __tablename__ = "identity_change"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[Id]
    subject: Mapped[Id]
    made_at: Mapped[Moment]


class TermsRow(Model):
    """A version of the terms of use: where it can be read."""

    __tablename__ = "identity_terms"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    location: Mapped[LongText]
    published_at: Mapped[Moment]


class AgreementRow(Model):
    """That a user agreed to a version of the terms."""

    __tablename__ = "identity_agreement"

    user_id: Mapped[Key] = mapped_column(ForeignKey("identity_user.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agreed_at: Mapped[Moment]
