# SPDX-License-Identifier: Apache-2.0
"""What the server in front says and why it is believed: the settings of ``[auth_NAME]``."""

from __future__ import annotations

from oslo_config import cfg

FRONT = [
    cfg.StrOpt(
        "source",
        default="environment",
        choices=["environment", "headers"],
        help="environment: variables of the WSGI environment, which nobody can forge: Apache runs "
        "the cloud itself (mod_wsgi). headers: request headers, where Apache is a proxy; secret "
        "or trusted_proxies then tell them from anybody's.",
    ),
    cfg.StrOpt(
        "prefix",
        default="",
        help="What the names of all headers begin with. Names without a dash are the safest.",
    ),
    cfg.StrOpt(
        "secret",
        default="",
        secret=True,
        help="What the proxy sends in the header secret_header; at least 16 characters.",
    ),
    cfg.StrOpt("secret_header", default="X-Login-Secret", help="The header that holds secret."),
    cfg.ListOpt(
        "trusted_proxies",
        default=[],
        help="Addresses or networks of the proxies, such as 192.0.2.1, 10.0.0.0/24. Everybody who "
        "can connect from there can be anybody.",
    ),
    cfg.StrOpt(
        "login_url",
        default="/Shibboleth.sso/Login",
        help="Where browsers are sent to log in. Empty: the proxy asks for a login by itself.",
    ),
    cfg.StrOpt(
        "protocol",
        default="saml2",
        help="What the Identity API calls this way in; the dashboard must use the same word.",
    ),
    cfg.ListOpt(
        "issuers",
        default=[],
        help="The entity ids of the identity providers whose people may come. Empty: all that the "
        "service provider trusts.",
    ),
]

PEOPLE = [
    cfg.StrOpt(
        "identifier",
        required=True,
        help="The attribute that stays the same for ever and is nobody else's later: "
        "persistent-id, pairwise-id, subject-id; eppn and REMOTE_USER only if they are like that.",
    ),
    cfg.StrOpt("session", default="Shib-Session-ID", help="The attribute that only a login has."),
    cfg.StrOpt(
        "issuer",
        default="Shib-Identity-Provider",
        help="The attribute that tells who vouches; an identifier is good for one issuer only.",
    ),
    cfg.StrOpt(
        "encoding",
        default="plain",
        choices=["plain", "url", "base64"],
        help="How identifier, attributes and groups are written: as UTF-8, or that in another form.",
    ),
    cfg.DictOpt(
        "attributes",
        default={
            "name": "eppn",
            "email": "mail",
            "full_name": "displayName",
            "given_name": "givenName",
            "family_name": "sn",
        },
        help="The cloud's attributes and where they come from, as ours:theirs, ... Others than "
        "these five are kept with the link.",
    ),
    cfg.ListOpt(
        "forced",
        default=[],
        help="Those of the cloud's attributes that are set anew at every login; the others are "
        "only proposed when the account is made.",
    ),
    cfg.ListOpt(
        "required",
        default=[],
        help="Those of the cloud's attributes without which nobody is let in.",
    ),
    cfg.ListOpt(
        "groups",
        default=["entitlement"],
        help="The attributes whose values are a person's groups.",
    ),
]

OPTIONS = [*FRONT, *PEOPLE]
