# SPDX-License-Identifier: Apache-2.0
"""What a listing asks of metadata: ``?meta=KEY,!KEY,KEY=VALUE,KEY>=VALUE`` (PIT-038)."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from webob import Request

from synnefo_api_object_store import domains
from synnefo_core.errors import Invalid
from synnefo_object_store import LIMITS, Criterion, qualified_name

_TERM = re.compile(r"(!?)([^=!<>]+)(?:(!=|<=|>=|=|<|>)(.*))?", re.DOTALL)


def asked(request: Request) -> list[Criterion]:
    """Return all that a request asks of objects; they must answer yes to everything.

    Raises:
        Invalid: It is no question about metadata, or there are too many.
    """
    query = parse_qsl(request.query_string, keep_blank_values=True)
    terms = [term for name, text in query if name == "meta" for term in text.split(",")]
    domain = domains.asked(request)
    found = [_criterion(term.strip(), domain) for term in terms if term.strip()]
    if len(found) > LIMITS.meta_count:
        raise Invalid(f"a query has at most {LIMITS.meta_count} terms")
    return found


def _criterion(term: str, domain: str) -> Criterion:
    match = _TERM.fullmatch(term)
    if match is None or (match[1] and match[3]) or not match[2].strip():
        raise Invalid(f"{term[:64]} is no query: KEY, !KEY, or KEY and = != <= >= < > and a value")
    words = match[2].strip().replace("_", "-").split("-")
    key = "-".join(word.capitalize() for word in words)
    criterion = Criterion(
        qualified_name(key, domain), match[3] or match[1], (match[4] or "").strip()
    )
    criterion.check()
    return criterion
