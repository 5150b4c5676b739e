# SPDX-License-Identifier: Apache-2.0
"""Users by their names in place of ids, for clients that know no ids (PIT-042).

Names are those of the default domain. Where they are used an id stands for itself all the same, so
whoever takes the id of another one for a name gets nothing that is meant for that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from synnefo_api_object_store import headers
from synnefo_api_object_store.headers import Environ
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.directory import Directory
from synnefo_core.errors import Invalid

_DEFAULT_DOMAIN = "default"


def _directory(context: RequestContext) -> Directory | None:
    """Return who knows names; None where none are used."""
    return context.cloud.directory if context.cloud.config.object_store.user_names else None


def account(context: RequestContext, text: str) -> str:
    """Return an account as a path or a header names it; a user's name stands for the user's own."""
    directory, name = _directory(context), account_id(text)
    if directory is None or name in ("", context.project_id, context.user_id):
        return text
    if directory.projects([name]):
        return text
    return text.removesuffix(name) + directory.user_ids([name]).get(name, name)


def account_given(context: RequestContext, environ: Environ, header: str) -> str | None:
    """Return the account that a header of the request names, or None without one."""
    text = headers.given(environ, header)
    return account(context, text) if text else None


def ids(context: RequestContext, texts: Iterable[str]) -> dict[str, str]:
    """Return the ids of the users that texts stand for.

    Raises:
        Invalid: One is neither the id nor the name of a user.
    """
    wanted = set(texts)
    found, directory = {text: text for text in wanted}, _directory(context)
    if directory is None or not wanted:
        return found
    unknown = wanted - directory.users(wanted).keys()
    found |= directory.user_ids(unknown) if unknown else {}
    nobody = sorted(text for text in unknown if found[text] == text)
    if nobody:
        raise Invalid(f"there is no user {nobody[0][:64]}")
    return found


def shown(context: RequestContext, user_ids: Iterable[str]) -> Mapping[str, str]:
    """Return how users are called, by their ids; those of other domains by no name."""
    directory = _directory(context)
    if directory is None:
        return {}
    return {
        id_: user.name
        for id_, user in directory.users(set(user_ids)).items()
        if user.domain_id == _DEFAULT_DOMAIN
    }
