# SPDX-License-Identifier: Apache-2.0
"""Access lists of containers, in Swift's words.

Items are separated by commas: ``project:user`` (ids, names of the default domain, or ``*``), a role,
``.r:HOST`` (pages that may refer to the content; ``*`` for all, ``-HOST`` for none) and
``.rlistings``.

Source: OpenStack Swift documentation, "Access Control Lists (ACLs)".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid

LISTINGS = ".rlistings"
_REFERRER = ".r:"
_DESIGNATORS = frozenset({".r", ".ref", ".referer", ".referrer"})
_DEFAULT_DOMAIN = "default"


def cleaned(text: str, *, is_write: bool) -> str:
    """Return a list in its one form.

    Raises:
        Invalid: An item is none.
    """
    return ",".join(_cleaned(item.strip(), is_write) for item in text.split(",") if item.strip())


def _cleaned(item: str, is_write: bool) -> str:
    first, colon, second = (part.strip() for part in item.partition(":"))
    if not colon or not first.startswith("."):
        return item
    if first not in _DESIGNATORS:
        raise Invalid(f"unknown designator {first[:64]} in the access list")
    if is_write:
        msg = "referrers can't be given the right to write"
        raise Invalid(msg)
    sign = "-" if second.startswith("-") else ""
    host = second.removeprefix("-").strip()
    if host != "*":
        host = host.removeprefix("*").strip()
    if host in ("", "."):
        msg = "an access list has a referrer without a host"
        raise Invalid(msg)
    return f"{_REFERRER}{sign}{host}"


@dataclass(frozen=True)
class AccessList:
    """A list in its one form, read."""

    referrers: tuple[str, ...]
    groups: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> AccessList:
        """Return what a list says."""
        items = [item for item in text.split(",") if item]
        return cls(
            tuple(item[len(_REFERRER) :] for item in items if item.startswith(_REFERRER)),
            frozenset(unquote(item) for item in items if not item.startswith(_REFERRER)),
        )

    def allows_referrer(self, referrer: str, *, lists: bool) -> bool:
        """Say whether anybody may read who comes from a page, or may list (``lists``)."""
        host = _host(referrer)
        allowed = False
        for pattern in self.referrers:
            named = pattern.removeprefix("-")
            if named in ("*", host) or (named.startswith(".") and host.endswith(named)):
                allowed = not pattern.startswith("-")
        return allowed and (not lists or LISTINGS in self.groups)

    def allows_caller(self, context: RequestContext) -> bool:
        """Say whether the list names who asks, or one of its roles in the account."""
        return bool(context.user_id) and any(name in self.groups for name in _names(context))

    def allows_role(self, context: RequestContext) -> bool:
        """Say whether the list names a role of who asks."""
        wanted = {group.lower() for group in self.groups}
        return any(role.lower() in wanted for role in context.roles)


def _host(referrer: str) -> str:
    try:
        return urlsplit(referrer).hostname or "unknown"
    except ValueError:
        return "unknown"


def _names(context: RequestContext) -> Iterator[str]:
    """Yield all that may stand in a list for who asks; names only those of the default domain."""
    projects, users = [context.project_id, "*"], [context.user_id, "*"]
    yield from _pairs(projects, users)
    claims, directory = context.claims, context.cloud.directory
    if claims is None or directory is None or not context.project_id:
        return
    if claims.user_domain_id == _DEFAULT_DOMAIN:
        users.append(claims.user_name)
        yield from _pairs(projects, users)
        found = directory.projects([context.project_id]).get(context.project_id)
        if found is not None and found.domain_id == _DEFAULT_DOMAIN:
            yield from _pairs([found.name], users)


def _pairs(projects: list[str], users: list[str]) -> Iterator[str]:
    return (f"{project}:{user}" for project in projects for user in users)
