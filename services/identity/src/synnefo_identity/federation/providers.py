# SPDX-License-Identifier: Apache-2.0
"""Identity providers: the login methods to which a server in front brings people.

They are what the configuration says; each speaks one protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import BrowserLogin
from synnefo_core.errors import NotFound
from synnefo_identity import methods, provisioning
from synnefo_identity.payload import Way


@dataclass(frozen=True)
class GroupRule:
    """Whose people are in ``told`` there are in the group ``name`` here."""

    told: str
    name: str


@dataclass(frozen=True)
class Provider:
    """Where people come from.

    Attributes:
        id: The login method's name.
        protocol: How they come.
        issuers: The entity ids of their organisations; empty: all that the server in front trusts.
        domain_id: Where their accounts are made; empty: only those who are linked may come.
        groups: Which groups follow theirs.
    """

    id: str
    protocol: str
    issuers: tuple[str, ...]
    domain_id: str
    groups: tuple[GroupRule, ...]


def browsers(cloud: Cloud, way: Way) -> list[tuple[str, BrowserLogin]]:
    """Return the methods by which people may come on a way, in the configured order.

    Raises:
        NotFound: There are none.
    """
    found = [
        (name, browser)
        for name, browser in _browsers(cloud)
        if way.provider in ("", name) and browser.protocol == way.protocol
    ]
    if not found:
        noun = "identity provider" if way.provider else "protocol"
        raise NotFound(noun, way.provider or way.protocol)
    return found


def index(context: RequestContext) -> Sequence[Provider]:
    """Return all providers."""
    cloud = context.cloud
    return [_provider(cloud, name, browser) for name, browser in _browsers(cloud)]


def show(context: RequestContext, provider_id: str) -> Provider:
    """Return a provider.

    Raises:
        NotFound: There is none of this id.
    """
    for provider in index(context):
        if provider.id == provider_id:
            return provider
    noun = "identity provider"
    raise NotFound(noun, provider_id)


def _browsers(cloud: Cloud) -> list[tuple[str, BrowserLogin]]:
    every = methods.methods(cloud)
    return [(name, method.browser) for name, method in every if method.browser is not None]


def _provider(cloud: Cloud, name: str, browser: BrowserLogin) -> Provider:
    section = cloud.config.identity
    mirrored = provisioning.mirrored_groups(cloud, name)
    return Provider(
        id=name,
        protocol=browser.protocol,
        issuers=browser.issuers,
        domain_id=section.auto_create_domain if name in section.auto_create else "",
        groups=tuple(GroupRule(told, here) for told, here in mirrored.items()),
    )
