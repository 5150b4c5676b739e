# SPDX-License-Identifier: Apache-2.0
"""People of an LDAP directory: the driver ``ldap`` of ``synnefo.auth``."""

from synnefo_auth_ldap.driver import LdapAuth

__all__ = ["LdapAuth"]
