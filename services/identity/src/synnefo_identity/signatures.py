# SPDX-License-Identifier: Apache-2.0
"""Signatures of requests to the EC2 and S3 APIs, as those who know the secret compute them.

Sources: "Signature Version 2 signing process" and "Signature Version 4 signing process" of the
AWS General Reference; "Signing and authenticating REST requests" of the Amazon S3 Developer Guide.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

_V4 = "AWS4-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Signed:
    """A request to the EC2 API, as the service that got it tells of it.

    Attributes:
        access: The access key that it names.
        signature: What its sender computed.
        host: To whom it was sent.
        body_hash: The SHA-256 of its body, in hexadecimal; empty: of none.
    """

    access: str
    signature: str = field(repr=False)
    verb: str = "GET"
    host: str = ""
    path: str = "/"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body_hash: str = ""

    @property
    def signed_at(self) -> float | None:
        """When it was signed, seconds since the epoch; None when it does not say."""
        said = self.params.get("Timestamp") or _lower(self.headers).get("x-amz-date")
        said = said or self.params.get("X-Amz-Date")
        return None if said is None else _moment(said)


def is_right(signed: Signed, secret: str) -> bool:
    """Tell whether a request was signed with a secret, in a time that tells nothing of it."""
    hosts = {signed.host, signed.host.partition(":")[0]}  # some clients leave the port out
    found = [_expected(signed, host, secret) for host in hosts]
    return any(_is_same(each, signed.signature) for each in found if each is not None)


def is_right_text(text: str, signature: str, secret: str) -> bool:
    """Tell whether ``signature`` is that of a request to S3, whose text to sign was ``text``."""
    lines = text.split("\n")
    if lines[0] != _V4:
        digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()
        return _is_same(base64.b64encode(digest).decode(), signature)
    if len(lines) < 3:
        return False
    expected = _signed_v4(text, lines[2], secret)
    return expected is not None and _is_same(expected, signature)


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _expected(signed: Signed, host: str, secret: str) -> str | None:
    version = signed.params.get("SignatureVersion")
    if version == "2":
        return _version_2(signed, host, secret)
    return _version_4(signed, host, secret) if version is None else None


def _version_2(signed: Signed, host: str, secret: str) -> str | None:
    methods = {"HmacSHA256": hashlib.sha256, "HmacSHA1": hashlib.sha1}
    method = methods.get(signed.params.get("SignatureMethod", "HmacSHA256"))
    if method is None:
        return None
    query = _query(signed.params, leave_out="Signature")
    text = f"{signed.verb}\n{host}\n{signed.path}\n{query}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), method).digest()).decode()


def _version_4(signed: Signed, host: str, secret: str) -> str | None:
    headers = _lower(signed.headers)
    scope, names = _authorization(signed, headers)
    date = headers.get("x-amz-date") or signed.params.get("X-Amz-Date")
    if scope is None or date is None or not date.startswith(scope.partition("/")[0]):
        return None
    # The parameters of a POST are its body, which has a hash of its own.
    is_post = signed.verb.upper() == "POST"
    query = "" if is_post else _query(signed.params, leave_out="X-Amz-Signature")
    known = {**headers, "host": host}
    shown = "".join(f"{name}:{' '.join(known.get(name, '').split())}\n" for name in names)
    request = "\n".join(
        (
            signed.verb.upper(),
            signed.path,
            query,
            shown,
            ";".join(names),
            signed.body_hash or _NO_BODY,
        )
    )
    hashed = hashlib.sha256(request.encode()).hexdigest()
    return _signed_v4(f"{_V4}\n{date}\n{scope}\n{hashed}", scope, secret)


def _authorization(signed: Signed, headers: Mapping[str, str]) -> tuple[str | None, Sequence[str]]:
    """Return the scope of a request's credential and the names of the headers that are signed."""
    said = headers.get("authorization", "")
    found = dict(re.findall(r"(\w+)=([^,\s]+)", said.removeprefix(_V4)))
    credential = found.get("Credential") or signed.params.get("X-Amz-Credential", "")
    names = found.get("SignedHeaders") or signed.params.get("X-Amz-SignedHeaders", "")
    access, _, scope = credential.partition("/")
    is_whole = access == signed.access and scope.count("/") == 3
    return (scope if is_whole else None), [each for each in names.split(";") if each]


def _signed_v4(text: str, scope: str, secret: str) -> str | None:
    """Return the signature of a text by the key that a secret gives for a scope."""
    parts = scope.split("/")
    if len(parts) != 4:
        return None
    key = f"AWS4{secret}".encode()
    for part in parts:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _query(params: Mapping[str, str], *, leave_out: str) -> str:
    return "&".join(
        f"{quote(key, safe='-_.~')}={quote(params[key], safe='-_.~')}"
        for key in sorted(params)
        if key != leave_out
    )


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _moment(said: str) -> float:
    """Return a time in ISO 8601, in UTC when it names no zone; an unreadable one is long ago."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return 0.0
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
