# SPDX-License-Identifier: Apache-2.0
"""Identity providers, their protocols and mappings as JSON.

They are the configuration's: a mapping has a provider's id and says what the settings come to.

Source: Identity API reference, "OS-FEDERATION".
"""

from __future__ import annotations

import synnefo_identity
from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext

PROVIDERS = "OS-FEDERATION/identity_providers"
MAPPINGS = "OS-FEDERATION/mappings"


def provider(context: RequestContext, shown: synnefo_identity.federation.Provider) -> Json:
    """Show a provider."""
    own = links.of(context, PROVIDERS, shown.id)
    return {
        "id": shown.id,
        "enabled": True,
        "description": "",
        "remote_ids": list(shown.issuers),
        "domain_id": shown.domain_id or None,
        "authorization_ttl": None,
        "links": {**own, "protocols": f"{own['self']}/protocols"},
    }


def protocol(context: RequestContext, shown: synnefo_identity.federation.Provider) -> Json:
    """Show how a provider's people come."""
    return {
        "id": shown.protocol,
        "mapping_id": shown.id,
        "remote_id_attribute": None,
        "links": {
            **links.of(context, PROVIDERS, shown.id, "protocols", shown.protocol),
            "identity_provider": links.of(context, PROVIDERS, shown.id)["self"],
        },
    }


def mapping(context: RequestContext, shown: synnefo_identity.federation.Provider) -> Json:
    """Show what a provider's people become, and which groups follow theirs."""
    domain = {"id": shown.domain_id or "default"}
    rules: list[Json] = [
        {
            "local": [{"user": {"name": "{0}", "domain": domain}}],
            "remote": [{"type": "name"}],
        }
    ]
    rules += [
        {
            "local": [{"group": {"name": rule.name, "domain": domain}}],
            "remote": [{"type": "groups", "any_one_of": [rule.told]}],
        }
        for rule in shown.groups
    ]
    return {
        "id": shown.id,
        "schema_version": "1.0",
        "rules": rules,
        "links": links.of(context, MAPPINGS, shown.id),
    }
