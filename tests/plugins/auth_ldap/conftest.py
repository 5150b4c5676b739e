# SPDX-License-Identifier: Apache-2.0
"""A real directory, and the login method on it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator

import pytest

from synnefo_core.contracts.auth import PasswordLogin
from tests.system.labs.fixtures import ldap_lab  # noqa: F401  # a fixture
from tests.system.labs.ldap import GROUPS, PASSWORD, PEOPLE, READER, LdapLab

# The library is built from source: requirements-system.txt installs it where that can be done.
if importlib.util.find_spec("ldap") is None and os.environ.get("SYNNEFO_LABS_REQUIRED") != "1":
    collect_ignore_glob = ["test_*.py"]


def settings_for(*labs: LdapLab, **changes) -> dict:
    """Return settings with which people of some laboratories can log in."""
    return {
        "servers": [lab.ldaps_url for lab in labs],
        "ca_file": str(labs[0].ca_file),
        "bind_dn": READER,
        "bind_password": PASSWORD,
        "user_base": PEOPLE,
        "group_base": GROUPS,
        **changes,
    }


@pytest.fixture
def make(tmp_path) -> Iterator[Callable]:
    """Return a function that makes a login method on one or more laboratories."""
    from synnefo_auth_ldap import LdapAuth  # only where it is installed
    from synnefo_core.contracts.driver import DriverSetup

    made = []

    def make(*labs, name="people", **changes):
        method = LdapAuth(DriverSetup(name, settings_for(*labs, **changes), tmp_path))
        made.append(method)
        return method

    yield make
    for method in made:
        method.close()


@pytest.fixture
def log_in(make, ldap_lab) -> Callable:  # noqa: F811
    """Return a function that logs somebody in, by default by the laboratory of the session."""

    def log_in(name, password=PASSWORD, *, lab=ldap_lab, **changes):
        method = make(lab, **changes)
        return method.authenticator.authenticate(PasswordLogin(name, "default", None, password))

    return log_in


@pytest.fixture
def own_lab() -> Iterator[LdapLab]:
    """A small directory of the test's own, to be changed or broken."""
    with LdapLab(people=30) as lab:
        yield lab


@pytest.fixture
def admin(own_lab):
    """The administrator's connection to the test's own directory."""
    import ldap  # only where it is installed

    from tests.system.labs.ldap import ADMIN

    connection = ldap.initialize(own_lab.url)
    connection.simple_bind_s(ADMIN, PASSWORD)
    yield connection
    connection.unbind_s()
