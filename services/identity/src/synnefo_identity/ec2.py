# SPDX-License-Identifier: Apache-2.0
"""Logins with the keys of the EC2 and S3 APIs: a signature of a request instead of a password.

A service that speaks such an API asks here whether the request that it got was signed with the
secret of the key that it names, and gets a token of whom the key speaks for. Only services and
administrators may ask (the rule ``identity:ec2:login``): whoever sees a signed request could
otherwise make a token of it.

Source: Identity API reference, "OS-EC2", "s3tokens".
"""

from __future__ import annotations

import base64
import json
import logging
import secrets
from collections.abc import Callable, Sequence

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound, Unauthenticated
from synnefo_identity import credentials, signatures
from synnefo_identity.access_rules import require_own
from synnefo_identity.claims import issue
from synnefo_identity.credentials import EC2, Kept
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.signatures import Signed
from synnefo_identity.tokens import Proof, Token

log = logging.getLogger(__name__)

METHOD = "ec2credential"
_URL_SAFE = str.maketrans("-_", "+/")
TIMELY_S = 900.0
"""So long after it was signed a request is taken."""


def create(context: RequestContext, user_id: str, project_id: str) -> Kept:
    """Make a pair of keys for a user in a project.

    Raises:
        Forbidden: It is for somebody else and the caller no administrator, or was asked for with
            a restricted application credential.
        InvalidField: There is no such user or project.
    """
    pair = {"access": secrets.token_hex(16), "secret": secrets.token_hex(16)}
    return credentials.create(
        context, user_id=user_id, project_id=project_id, kind=EC2, blob=json.dumps(pair)
    )


def index(context: RequestContext, user_id: str) -> Sequence[Kept]:
    """Return a user's pairs of keys.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
    """
    require_own(context, user_id)
    return credentials.index(context, user_id=user_id, kind=EC2)


def show(context: RequestContext, user_id: str, access: str) -> Kept:
    """Return a user's pair of keys by its access key.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
        NotFound: The user has none of that access key.
    """
    require_own(context, user_id)
    found = credentials.of_access(context, access)
    if found is None or found.user_id != user_id:
        raise NotFound("credential", access)
    return found


def delete(context: RequestContext, user_id: str, access: str) -> None:
    """Delete a user's pair of keys.

    Raises:
        Forbidden: The caller is neither the user nor an administrator, or was asked for with a
            restricted application credential.
        NotFound: The user has none of that access key.
    """
    credentials.delete(context, show(context, user_id, access).id)


def with_request(context: RequestContext, signed: Signed) -> Token:
    """Return a token for a signed request to the EC2 API.

    Raises:
        Unauthenticated: There is no such key, its secret did not sign this, it was signed too
            long ago, or its user has no role in its project any more.
    """
    at = signed.signed_at
    if at is not None and abs(context.now() - at) > TIMELY_S:
        raise _refused("the request was signed too long ago")
    return _token(context, signed.access, lambda secret: signatures.is_right(signed, secret))


def with_text(context: RequestContext, access: str, text: str, signature: str) -> Token:
    """Return a token for a request to the S3 API.

    Args:
        access: The access key that the request names.
        text: What its sender signed, in base64.
        signature: What its sender computed.

    Raises:
        InvalidField: The text is not in base64.
        Unauthenticated: As for :func:`with_request`.
    """
    try:
        signed = base64.b64decode(text.translate(_URL_SAFE), validate=True).decode()
    except ValueError as cause:
        raise InvalidField("token", "must be the text that was signed, in base64") from cause
    return _token(
        context, access, lambda secret: signatures.is_right_text(signed, signature, secret)
    )


def _token(context: RequestContext, access: str, is_signed_with: Callable[[str], bool]) -> Token:
    found = credentials.of_access(context, access)
    # Checked in any case, so that the time does not tell which keys there are.
    secret = found.content["secret"] if found else secrets.token_hex(16)
    if not is_signed_with(secret) or found is None or found.project_id is None:
        raise _refused("no key signed the request")
    limited_by = found.content.get("app_cred_id", "")
    proof = Proof(found.user_id, (METHOD,), credential_id=limited_by)
    return issue(context, proof, Scope(ScopeKind.PROJECT, found.project_id))


def _refused(reason: str) -> Unauthenticated:
    log.info("login refused", extra={"login_method": METHOD, "reason": reason})
    return Unauthenticated()
