# SPDX-License-Identifier: Apache-2.0
"""From bodies and queries to what the service takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any

import synnefo_identity
from synnefo_api_identity.catalog import service_of
from synnefo_core.context import RequestContext
from synnefo_core.contracts.directory import AccessRule
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Forbidden, Invalid, InvalidField, Unauthenticated, Unbuilt
from synnefo_identity import (
    Credentials,
    CredentialWish,
    Filter,
    Limit,
    LimitWish,
    Page,
    Project,
    Proof,
    Question,
    Reference,
    Scope,
    Secret,
    Tagged,
)

Body = Mapping[str, Any]

KNOWN_METHODS = frozenset({"external", "kerberos", "mapped", "oauth1", "saml2", "totp"})
"""Login methods of the API that this cloud does not have."""

_RENAMED = {"enabled": "is_enabled", "parent_region_id": "parent_id"}
_NEVER = frozenset(
    {"id", "links", "options", "password", "parent_id", "is_domain", "tags", *_RENAMED.values()}
)
"""What is decided otherwise, or must be empty by the schema."""

_EMPTY_FOR_NULL = frozenset({"description", "email"})


def values(body: Body, *dropped: str) -> dict[str, Any]:
    """Return a thing's attributes by our names."""
    found = {}
    for name, value in body.items():
        if name in _NEVER or name in dropped:
            continue
        is_empty = value is None and name in _EMPTY_FOR_NULL
        found[_RENAMED.get(name, name)] = "" if is_empty else value
    return found


def domain_id(context: RequestContext, body: Body) -> str:
    """Return the domain that a new thing goes to: the one that is asked for or the caller's."""
    claims = context.claims
    own = (claims.domain_id or claims.project_domain_id) if claims else None
    return str(body.get("domain_id") or own or "default")


def place(context: RequestContext, body: Body) -> tuple[str, str | None]:
    """Return the domain of a new project and the project that it is under, if it is."""
    found, parent_id = domain_id(context, body), body.get("parent_id")
    return found, None if parent_id in (None, "", found) else str(parent_id)


def require_top(body: Body) -> None:
    """Refuse a domain that is to be below something.

    Raises:
        InvalidField: It is.
    """
    for name in ("domain_id", "parent_id"):
        if body.get(name) is not None:
            raise InvalidField(name, "a domain is below nothing")


def lineage(query: Mapping[str, str]) -> dict[str, str]:
    """Return in what form ("ids", "list") parents and subtree are asked for.

    Raises:
        Invalid: In both at once.
    """
    found: dict[str, str] = {}
    for what, form in product(("parents", "subtree"), ("ids", "list")):
        if is_set(query, f"{what}_as_{form}"):
            if what in found:
                raise Invalid(f"use {what}_as_ids or {what}_as_list, not both")
            found[what] = form
    return found


def unmoved(body: Body, project: Project) -> None:
    """Refuse to move a project.

    Raises:
        Forbidden: It is to be elsewhere.
        InvalidField: It is to be a domain.
    """
    present = project.parent_id or project.domain_id
    if (body.get("parent_id", present) or project.domain_id) != present:
        raise Forbidden("a project stays where it is")
    if body.get("is_domain"):
        raise InvalidField("is_domain", "can't be changed")


def only(query: Mapping[str, str]) -> Filter:
    """Return the filter of a list."""
    enabled = query.get("enabled")
    names = [
        (name.removeprefix("name").removeprefix("__"), value)
        for name, value in query.items()
        if name == "name" or name.startswith("name__")
    ]
    return Filter(
        domain_id=query.get("domain_id"),
        is_enabled=None if enabled is None else enabled.lower() not in ("0", "false", "no"),
        names=names,
    )


def tagged(query: Mapping[str, str]) -> Tagged:
    """Return the filter of a list of projects by their tags."""

    def words(name: str) -> list[str]:
        return [word for word in query.get(name, "").split(",") if word]

    return Tagged(words("tags"), words("tags-any"), words("not-tags"), words("not-tags-any"))


def page(query: Mapping[str, str]) -> Page:
    """Return which page of a list is asked for."""
    limit = query.get("limit")
    return Page(limit=int(limit) if limit else None, marker=query.get("marker"))


def is_set(query: Mapping[str, str], name: str) -> bool:
    """Return whether a flag is in the query: there, and not called false."""
    return name in query and query[name].lower() not in ("0", "false", "no")


def proof(context: RequestContext, identity: Body, source: str) -> Proof:
    """Log somebody in by all the methods that the body names; ``source`` is the address.

    Raises:
        Unauthenticated: One does not vouch for the user, or they vouch for two.
        Unbuilt: A method of the API that this cloud does not have.
    """
    proofs = [
        _prove(context, method, identity, source) for method in dict.fromkeys(identity["methods"])
    ]
    if len({each.user_id for each in proofs}) != 1:
        raise Unauthenticated
    if len(proofs) == 1:
        return proofs[0]
    ends = [each.expires_at for each in proofs if each.expires_at is not None]
    parents = [each.parent_audit_id for each in proofs if each.parent_audit_id]
    credentials = [each.credential_id for each in proofs if each.credential_id]
    return Proof(
        user_id=proofs[0].user_id,
        methods=tuple(method for each in proofs for method in each.methods),
        expires_at=min(ends, default=None),
        parent_audit_id=parents[0] if parents else "",
        credential_id=credentials[0] if credentials else "",
        way=next((each.way for each in proofs if each.way is not None), None),
    )


def _prove(context: RequestContext, method: str, identity: Body, source: str) -> Proof:
    if method == "password" and "password" in identity:
        user = identity["password"]["user"]
        credentials = Credentials(reference(user), user["password"], source)
        return synnefo_identity.with_password(context, credentials)
    if method == "token" and "token" in identity:
        return synnefo_identity.with_token(context, identity["token"]["id"])
    if method == "application_credential" and "application_credential" in identity:
        return synnefo_identity.with_application_credential(
            context, _secret(identity["application_credential"], source)
        )
    if method in KNOWN_METHODS:
        raise Unbuilt(f"the login method {method}")
    raise Unauthenticated


def _secret(body: Body, source: str) -> Secret:
    return Secret(
        id=body.get("id"),
        name=body.get("name"),
        user=reference(body.get("user", {})),
        secret=body["secret"],
        source=source,
    )


def credential_wish(body: Body) -> CredentialWish:
    """Return what an application credential is to be."""
    roles, rules, ends = body.get("roles"), body.get("access_rules"), body.get("expires_at")
    return CredentialWish(
        name=body["name"],
        description=body.get("description") or "",
        secret=body.get("secret"),
        expires_at=None if ends is None else moment("expires_at", ends),
        # As in Keystone no roles are all roles, and no rules are no limit: the OpenStack client
        # sends empty lists for both.
        roles=[role.get("id", role.get("name")) for role in roles] if roles else None,
        is_unrestricted=bool(body.get("unrestricted")),
        rules=[_rule(each) for each in rules] if rules else None,
    )


def _rule(body: Body) -> AccessRule | str:
    if "id" in body:
        return str(body["id"])
    return AccessRule(body["service"], body["method"], body["path"])


def moment(field: str, text: str) -> float:
    """Return the seconds since the epoch of an ISO 8601 time; without a zone it is UTC.

    Raises:
        InvalidField: It is none.
    """
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as cause:
        raise InvalidField(field, "must be a time such as 2026-01-31T12:00:00Z") from cause


def reference(body: Body) -> Reference:
    """Return how a body names a user or a project."""
    domain = body.get("domain", {})
    return Reference(
        id=body.get("id"),
        name=body.get("name"),
        domain_id=domain.get("id"),
        domain_name=domain.get("name"),
    )


def scope(context: RequestContext, asked: Body | str | None, proof: Proof) -> Scope:
    """Return the scope that a login asks for; an application credential has one only.

    Raises:
        Unauthenticated: There is no such project or domain, or the credential is for another.
    """
    if not proof.credential_id:
        return _asked(context, asked, proof.user_id)
    only = synnefo_identity.credential_scope(context, proof.credential_id)
    if asked is not None and _asked(context, asked, proof.user_id) != only:
        raise Unauthenticated
    return only


def _asked(context: RequestContext, asked: Body | str | None, user_id: str) -> Scope:
    if asked is None:
        return synnefo_identity.default_scope(context, user_id)
    if isinstance(asked, str) or "unscoped" in asked:
        return synnefo_identity.UNSCOPED
    if "project" in asked:
        return synnefo_identity.project_scope(context, reference(asked["project"]))
    if "domain" in asked:
        return synnefo_identity.domain_scope(context, reference(asked["domain"]))
    if "system" in asked:
        return synnefo_identity.SYSTEM
    raise Unbuilt("a scope by trust")


def limit(context: RequestContext, body: Body) -> LimitWish:
    """Return what a project's limit is to be.

    Raises:
        Forbidden: The service counts no such resource.
    """
    known = synnefo_identity.limits.registered(context).get(body["resource_name"])
    if known is None or service_of(context.cloud, known.owner) != body["service_id"]:
        raise Forbidden(f"the service has no registered limit called {body['resource_name']}")
    return LimitWish(body["project_id"], body["resource_name"], _amount(body))


def changed_limit(present: Limit, body: Body) -> LimitWish:
    """Return what a project's present limit is to become."""
    return LimitWish(present.project_id, present.registered.resource.name, _amount(body))


def _amount(body: Body) -> int:
    return UNLIMITED if body["resource_limit"] < 0 else int(body["resource_limit"])


_OPPOSED = (
    ("user.id", "group.id"),
    ("scope.project.id", "scope.domain.id"),
    ("scope.project.id", "scope.system"),
    ("scope.domain.id", "scope.system"),
)
_INHERITED = "scope.OS-INHERIT:inherited_to"


def question(query: Mapping[str, str]) -> Question:
    """Return which assignments are asked for.

    Raises:
        Invalid: What is asked for makes no sense together.
    """
    is_effective = is_set(query, "effective")
    has_subtree = is_set(query, "include_subtree")
    for one, other in _OPPOSED:
        if one in query and other in query:
            raise Invalid(f"ask for {one} or {other}, not for both")
    if is_effective and "group.id" in query:
        raise Invalid("a group has no effective assignments: its users have")
    if is_effective and _INHERITED in query and "scope.domain.id" in query:
        raise Invalid("a domain has no effective assignments that are inherited: its projects have")
    if has_subtree and "scope.project.id" not in query:
        raise Invalid("include_subtree needs scope.project.id")
    inherited_to = query.get(_INHERITED)
    return Question(
        actor=_actor(query),
        role_id=query.get("role.id"),
        target=_target(query),
        is_effective=is_effective,
        has_subtree=has_subtree,
        is_inherited=None if inherited_to is None else inherited_to == "projects",
    )


def _actor(query: Mapping[str, str]) -> tuple[str, str] | None:
    for kind in (synnefo_identity.USER, synnefo_identity.GROUP):
        if f"{kind}.id" in query:
            return kind, query[f"{kind}.id"]
    return None


def _target(query: Mapping[str, str]) -> Scope | None:
    for kind in (synnefo_identity.ScopeKind.PROJECT, synnefo_identity.ScopeKind.DOMAIN):
        if f"scope.{kind}.id" in query:
            return Scope(kind, query[f"scope.{kind}.id"])
    return synnefo_identity.SYSTEM if "scope.system" in query else None
