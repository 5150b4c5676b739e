# SPDX-License-Identifier: Apache-2.0
"""Domains of metadata: what one service says of an object does not touch what others say (PIT-007).

Metadata of files are kept under their names, those of any other domain as ``DOMAIN:Name``: no header,
and so nothing that Swift knows, has such a name. They go with the object, its versions and copies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from synnefo_core.errors import Invalid

FILES = "pithos"
"""The domain of what is said of a file as such, which is all that Swift knows."""
_DOMAIN = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")


def check_domain(domain: str) -> None:
    """Refuse what names no domain.

    Raises:
        Invalid: It does not.
    """
    if not _DOMAIN.fullmatch(domain):
        msg = "a domain of metadata has 1 to 32 lower-case letters, digits and . _ -"
        raise Invalid(msg)


def qualified(metadata: Mapping[str, str], domain: str = FILES) -> dict[str, str]:
    """Return metadata of a domain by the names under which an object keeps them.

    Raises:
        Invalid: A name has a colon.
    """
    if any(":" in name for name in metadata):
        msg = "names of metadata have no colon"
        raise Invalid(msg)
    return {qualified_name(name, domain): value for name, value in metadata.items()}


def qualified_name(name: str, domain: str = FILES) -> str:
    """Return the name under which an object keeps what a domain calls so."""
    return name if domain == FILES else f"{domain}:{name}"


def within(metadata: Mapping[str, str], domain: str = FILES) -> dict[str, str]:
    """Return what an object's metadata say in a domain, by the names that it gave."""
    if domain == FILES:
        return {name: value for name, value in metadata.items() if ":" not in name}
    start = f"{domain}:"
    return {
        name.removeprefix(start): value
        for name, value in metadata.items()
        if name.startswith(start)
    }


def replaced(
    there: Mapping[str, str], metadata: Mapping[str, str], domain: str | None
) -> dict[str, str]:
    """Return an object's metadata when those of a domain are others now; None: those of all."""
    if domain is None or not there:
        return dict(metadata)
    gone = {qualified_name(name, domain) for name in within(there, domain)}
    return {name: value for name, value in there.items() if name not in gone} | dict(metadata)
