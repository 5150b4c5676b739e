# SPDX-License-Identifier: Apache-2.0
"""People whom Apache and Shibboleth log in: the driver ``shibboleth`` of ``synnefo.auth``."""

from synnefo_auth_shibboleth.driver import ShibbolethAuth

__all__ = ["ShibbolethAuth"]
