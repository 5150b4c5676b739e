# SPDX-License-Identifier: Apache-2.0
"""Credentials: secrets that identity keeps for users, such as the keys of the EC2 API.

What is in one is the user's and the client's business (``blob``, a text), and sealed where it is
kept. Only the type ``ec2`` is known here: its blob is a JSON object with ``access`` and ``secret``,
and its id follows from ``access``, so that no two share one.

Source: Identity API reference, "Credentials".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Duplicate, Forbidden, InvalidField, NotFound
from synnefo_core.keys import KeyRing, key_ring
from synnefo_identity import application_credentials
from synnefo_identity.access_rules import require_own
from synnefo_identity.models import CredentialRow, ProjectRow, UserRow

EC2 = "ec2"
RING = "credentials"
"""The key ring that seals blobs."""

_FIXED = ("access", "app_cred_id")
"""What of an EC2 credential decides whom it speaks for, and never changes."""


@dataclass(frozen=True)
class Kept:
    """A credential; ``project_id`` is None when it is for none."""

    id: str
    user_id: str
    project_id: str | None
    type: str
    blob: str = field(repr=False)

    @property
    def content(self) -> Mapping[str, Any]:
        """What an EC2 credential's blob says."""
        found: Mapping[str, Any] = json.loads(self.blob)
        return found


def make_keys(cloud: Cloud) -> None:
    """Make the keys that seal credentials where there are none."""
    key_ring(cloud, RING).make()


def id_of_access(access: str) -> str:
    """Return the id of the EC2 credential with an access key."""
    return hashlib.sha256(access.encode()).hexdigest()


def create(
    context: RequestContext, *, user_id: str, project_id: str | None, kind: str, blob: str
) -> Kept:
    """Keep a credential.

    Raises:
        Forbidden: It is somebody else's and the caller no administrator, or was asked for with a
            restricted application credential.
        InvalidField: An EC2 credential without what it needs, or an unknown user or project.
        Duplicate: There is an EC2 credential with that access key.
    """
    require_own(context, user_id)
    credential_id = new_hex_id()
    if kind == EC2:
        content = {**_ec2_content(blob), **_limits(context)}
        blob = json.dumps(content)
        credential_id = id_of_access(content["access"])
        if not project_id:
            raise InvalidField("project_id", "is required for an EC2 credential")
    sealed = _ring(context).seal(blob)
    with context.unit_of_work() as session:
        application_credentials.require_unrestricted(context, session)
        if session.get(UserRow, user_id) is None:
            raise InvalidField("user_id", "there is no such user")
        if project_id and session.get(ProjectRow, project_id) is None:
            raise InvalidField("project_id", "there is no such project")
        if session.get(CredentialRow, credential_id) is not None:
            raise Duplicate("credential", credential_id)
        row = CredentialRow(
            id=credential_id, user_id=user_id, project_id=project_id or None, type=kind, blob=sealed
        )
        session.add(row)
        session.flush()
        return _value(context, row)


def index(
    context: RequestContext, *, user_id: str | None = None, kind: str | None = None
) -> Sequence[Kept]:
    """Return the credentials that the caller may see, by id: own ones, all to an administrator."""
    query = select(CredentialRow).order_by(CredentialRow.id)
    if not context.is_admin:
        query = query.where(CredentialRow.user_id == context.user_id)
    if user_id is not None:
        query = query.where(CredentialRow.user_id == user_id)
    if kind is not None:
        query = query.where(CredentialRow.type == kind)
    with context.reading() as session:
        return [_value(context, row) for row in session.scalars(query)]


def show(context: RequestContext, credential_id: str) -> Kept:
    """Return a credential.

    Raises:
        NotFound: There is none, or it is somebody else's.
    """
    with context.reading() as session:
        return _value(context, _find(context, session, credential_id))


def update(context: RequestContext, credential_id: str, changed: Mapping[str, Any]) -> Kept:
    """Change a credential's ``blob``, ``type``, ``user_id`` or ``project_id``.

    Raises:
        NotFound: There is none, or it is somebody else's.
        Forbidden: It would become somebody else's and the caller is no administrator, or it was
            asked for with a restricted application credential.
        InvalidField: An EC2 credential would become another one.
    """
    with context.unit_of_work() as session:
        application_credentials.require_unrestricted(context, session)
        row = _find(context, session, credential_id)
        before = _value(context, row)
        after = {"user_id": row.user_id, "project_id": row.project_id, "type": row.type, **changed}
        if after["user_id"] != row.user_id and not context.is_admin:
            raise Forbidden
        if session.get(UserRow, after["user_id"]) is None:
            raise InvalidField("user_id", "there is no such user")
        if after["project_id"] and session.get(ProjectRow, after["project_id"]) is None:
            raise InvalidField("project_id", "there is no such project")
        blob = changed.get("blob", before.blob)
        if EC2 in (before.type, after["type"]):
            _require_same(before, after["type"], blob, after["project_id"])
        row.user_id, row.project_id = after["user_id"], after["project_id"] or None
        row.type, row.blob = after["type"], _ring(context).seal(blob)
        session.flush()
        return _value(context, row)


def delete(context: RequestContext, credential_id: str) -> None:
    """Delete a credential.

    Raises:
        NotFound: There is none, or it is somebody else's.
        Forbidden: It was asked for with a restricted application credential.
    """
    with context.unit_of_work() as session:
        application_credentials.require_unrestricted(context, session)
        session.delete(_find(context, session, credential_id))


def of_access(context: RequestContext, access: str) -> Kept | None:
    """Return the EC2 credential with an access key, whoever asks; None when there is none."""
    with context.reading() as session:
        row = session.get(CredentialRow, id_of_access(access))
        return _value(context, row) if row is not None and row.type == EC2 else None


def _find(context: RequestContext, session: Any, credential_id: str) -> CredentialRow:
    row: CredentialRow | None = session.get(CredentialRow, credential_id)
    if row is None or not (context.is_admin or row.user_id == context.user_id):
        raise NotFound("credential", credential_id)
    return row


def _value(context: RequestContext, row: CredentialRow) -> Kept:
    blob = _ring(context).open(row.blob)
    return Kept(row.id, row.user_id, row.project_id, row.type, blob)


def _ring(context: RequestContext) -> KeyRing:
    return key_ring(context.cloud, RING)


def _ec2_content(blob: str) -> dict[str, Any]:
    try:
        content = json.loads(blob)
    except ValueError as cause:
        raise InvalidField("blob", "must be JSON for an EC2 credential") from cause
    keys = ("access", "secret")
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), str) and content[key] for key in keys
    ):
        raise InvalidField("blob", "must have access and secret for an EC2 credential")
    return {key: value for key, value in content.items() if key not in _FIXED[1:]}


def _limits(context: RequestContext) -> Mapping[str, str]:
    """Return what the caller's own token is limited by, which holds for what it makes, too."""
    used = context.claims.application_credential_id if context.claims else None
    return {"app_cred_id": used} if used else {}


def _require_same(before: Kept, kind: str, blob: str, project_id: str | None) -> None:
    """Refuse to make another EC2 credential of one, or one of another kind of credential."""
    if before.type != kind:
        raise InvalidField("type", "a credential can't become an EC2 one, or stop being one")
    if not project_id:
        raise InvalidField("project_id", "is required for an EC2 credential")
    try:
        content = json.loads(blob)
    except ValueError as cause:
        raise InvalidField("blob", "must be JSON for an EC2 credential") from cause
    if not isinstance(content, dict) or not isinstance(content.get("secret"), str):
        raise InvalidField("blob", "must have access and secret for an EC2 credential")
    for key in _FIXED:
        if content.get(key) != before.content.get(key):
            raise InvalidField("blob", f"{key} can't be changed")
