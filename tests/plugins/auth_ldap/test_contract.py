# SPDX-License-Identifier: Apache-2.0
"""A directory passes the suite of login methods, whichever way it is asked."""

import pytest

from synnefo_core.contracts.auth import PasswordLogin
from synnefo_core.testing.auth import AuthenticatorContract
from tests.system.labs.ldap import PASSWORD, PEOPLE

pytestmark = pytest.mark.system


class _OnTheLaboratory(AuthenticatorContract):
    settings = {}

    @pytest.fixture
    def method(self, make, ldap_lab):
        return make(ldap_lab, **self.settings)

    @pytest.fixture
    def login(self):
        return PasswordLogin("u04711", "default", None, PASSWORD)


class TestSearching(_OnTheLaboratory):
    settings = {"groups": "search"}


class TestBindingDirectly(_OnTheLaboratory):
    settings = {"direct_bind": f"uid={{name}},{PEOPLE}", "groups": "memberof"}


class TestWithStartTls(_OnTheLaboratory):
    @pytest.fixture
    def method(self, make, ldap_lab):
        return make(ldap_lab, servers=[ldap_lab.url])
