# SPDX-License-Identifier: Apache-2.0
"""Where the directory is and how it is read: the settings of a section ``[auth_NAME]``."""

from __future__ import annotations

from oslo_config import cfg

SERVERS = [
    cfg.ListOpt(
        "servers",
        required=True,
        help="Addresses like ldaps://ldap1.example.org in the order of preference; when one fails "
        "the next is asked.",
    ),
    cfg.StrOpt(
        "ca_file",
        help="Certificates (PEM) of the authorities that vouch for the servers. Default: those "
        "of the system.",
    ),
    cfg.BoolOpt(
        "start_tls",
        default=True,
        help="Encrypt connections to ldap:// addresses before anything else is said, or don't "
        "use them. False lets everybody on the way read passwords.",
    ),
    cfg.StrOpt("bind_dn", default="", help="Who searches; empty: nobody in particular."),
    cfg.StrOpt("bind_password", default="", secret=True, help="The password of bind_dn."),
    cfg.FloatOpt("timeout_s", default=4.0, min=0.1, help="How long one answer may take."),
    cfg.FloatOpt("out_s", default=30.0, min=0, help="How long a server that failed is asked last."),
    cfg.FloatOpt("idle_s", default=120.0, min=0, help="When an unused connection is closed."),
    cfg.FloatOpt(
        "trusted_s",
        default=10.0,
        min=0,
        help="When an unused connection is tried before it is used again.",
    ),
    cfg.IntOpt("at_once", default=4, min=1, max=256, help="Logins decided at once by one process."),
    cfg.IntOpt(
        "waiting",
        default=32,
        min=0,
        max=10_000,
        help="Logins that may wait for their turn in one process; more are refused with 429.",
    ),
]

PEOPLE = [
    cfg.StrOpt("user_base", required=True, help="The DN below which people are."),
    cfg.StrOpt(
        "user_filter",
        default="(&(objectClass=inetOrgPerson)(uid={name}))",
        help="Which entry is the one of {name}.",
    ),
    cfg.StrOpt(
        "user_scope",
        default="subtree",
        choices=["subtree", "onelevel"],
        help="Whether people are at any depth below user_base.",
    ),
    cfg.StrOpt(
        "direct_bind",
        default="",
        help="Let people in by a DN like uid={name},ou=people,dc=example,dc=org, or a name like "
        "{name}@EXAMPLE.ORG, without searching for them first.",
    ),
    cfg.StrOpt(
        "id_attribute",
        default="entryUUID",
        help="What stays the same for ever: entryUUID, nsUniqueId, ipaUniqueID, objectGUID.",
    ),
    cfg.DictOpt(
        "attributes",
        default={
            "name": "uid",
            "email": "mail",
            "full_name": "cn",
            "given_name": "givenName",
            "family_name": "sn",
        },
        help="The cloud's attributes and where they come from, as ours:theirs, ...",
    ),
    cfg.ListOpt(
        "forced",
        default=["name"],
        help="Those of the cloud's attributes that are set anew at every login; the others are "
        "only proposed when the account is made.",
    ),
    cfg.ListOpt(
        "disabled",
        default=[
            "nsAccountLock=TRUE",
            "loginDisabled=TRUE",
            "userAccountControl&2",
            "pwdAccountLockedTime=000001010000Z",
        ],
        help="What shows that a person may not log in: attribute (it is there), attribute=value "
        "or attribute&bit.",
    ),
    cfg.StrOpt(
        "nobody_dn",
        default="",
        help="An entry with a password that nobody knows, hashed as all are: the password of an "
        "unknown name is compared with it, so that the time does not tell who exists.",
    ),
]

GROUPS = [
    cfg.StrOpt(
        "groups",
        default="none",
        choices=["none", "memberof", "search"],
        help="How groups are found: by the attribute memberOf of people, or by a search.",
    ),
    cfg.StrOpt("group_base", default="", help="The DN below which groups are; no others count."),
    cfg.StrOpt("group_filter", default="(objectClass=groupOfNames)", help="What groups are."),
    cfg.StrOpt("group_member", default="member", help="The attribute that holds the members."),
    cfg.StrOpt(
        "group_member_is",
        default="dn",
        choices=["dn", "name"],
        help="What it holds: DNs, or names as people give them (memberUid of posixGroup).",
    ),
    cfg.StrOpt("group_name", default="cn", help="The attribute that names a group, or dn."),
    cfg.IntOpt(
        "group_depth",
        default=5,
        min=0,
        max=20,
        help="How many groups around a group count, one around the other.",
    ),
]

OPTIONS = [*SERVERS, *PEOPLE, *GROUPS]
