# SPDX-License-Identifier: Apache-2.0
"""A whole cloud whose people come from a directory, asked over HTTP."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.plugins.auth_ldap.conftest import settings_for
from tests.system.deployment import Deployment
from tests.system.labs.ldap import PASSWORD, LdapLab

pytestmark = pytest.mark.system


class Visitor:
    """Somebody with a name and a password, in front of a cloud."""

    def __init__(self, cloud, name, password=PASSWORD):
        self._url = f"{cloud.url}/identity/v3"
        self._user = {"name": name, "domain": {"id": "default"}, "password": password}

    def log_in(self, **scope):
        """Ask for a token."""
        identity = {"methods": ["password"], "password": {"user": self._user}}
        body = {"auth": {"identity": identity, **({"scope": scope} if scope else {})}}
        return requests.post(f"{self._url}/auth/tokens", json=body, timeout=30)

    def token(self, **scope):
        """Ask for a token and return what it says."""
        answer = self.log_in(**scope)
        assert 201 == answer.status_code, answer.text
        return answer.json()["token"]


@pytest.fixture(scope="module")
def lab():
    with LdapLab(people=30) as lab:
        yield lab


@pytest.fixture(scope="module")
def cloud(tmp_path_factory, lab):
    ldap = settings_for(lab, driver="ldap", groups="search", timeout_s=1.5)
    ldap["servers"] = ",".join(ldap["servers"])
    settings = {
        "auth": {"methods": "local,ldap"},
        "auth_ldap": ldap,
        "identity": {"auto_create": "ldap", "mirror_groups": "ldap:cloud-admins=helpers"},
    }
    with Deployment(tmp_path_factory.mktemp("cloud"), settings) as cloud:
        cloud.run()
        yield cloud


def test_a_person_of_the_directory_gets_a_token_for_a_project_of_its_own(cloud):
    jane = Visitor(cloud, "u00007")

    first = jane.token()
    scoped = jane.token(project={"id": first["user"]["id"]})

    assert "u00007" == first["user"]["name"]
    assert first["user"]["id"] == scoped["user"]["id"] == scoped["project"]["id"]
    assert "member" in {role["name"] for role in scoped["roles"]}
    assert scoped["catalog"]


def test_a_group_of_the_directory_brings_its_roles(cloud):
    chief, other = Visitor(cloud, "u00001"), Visitor(cloud, "u00008")
    project = {"name": "demo", "domain": {"id": "default"}}
    chief.token()
    other.token()
    grant = ("role", "add", "--group", "helpers", "--project", "demo", "manager")
    cloud.openstack(*grant, cloud="synnefo-admin")

    roles = {role["name"] for role in chief.token(project=project)["roles"]}

    assert "manager" in roles
    assert 401 == other.log_in(project=project).status_code


def test_who_is_refused_is_told_the_same_whatever_was_wrong(cloud):
    answers = [
        Visitor(cloud, "u00009", "wrong").log_in(),
        Visitor(cloud, "u00009", "").log_in(),
        Visitor(cloud, "nobody", "wrong").log_in(),
        Visitor(cloud, "*").log_in(),
        Visitor(cloud, "u00009)(uid=*").log_in(),
        Visitor(cloud, "admin").log_in(),
    ]

    assert {401} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["error"]["message"] for answer in answers})


def test_while_the_directory_is_away_others_log_in_and_its_people_are_told(cloud, lab):
    jane = Visitor(cloud, "u00010")
    admin = Visitor(cloud, "admin", cloud.login("synnefo-admin")["password"])
    before = jane.token()["user"]["id"]
    lab.kill()

    away = jane.log_in()

    assert 503 == away.status_code
    assert "ldap" not in away.text
    assert admin.token()
    lab.restart()
    assert before == jane.token()["user"]["id"]


def test_while_the_directory_hangs_the_cloud_goes_on(cloud, lab):
    jane = Visitor(cloud, "u00011")
    jane.token()
    lab.pause()
    try:
        with ThreadPoolExecutor(1) as pool:
            begun = time.monotonic()
            waiting = pool.submit(jane.log_in)
            slowest_s, asked = 0.0, 0
            while not waiting.done():
                answer = requests.get(f"{cloud.url}/healthz", timeout=10)
                slowest_s = max(slowest_s, answer.elapsed.total_seconds())
                asked += 1
    finally:
        lab.resume()

    assert 503 == waiting.result().status_code
    assert 1 < time.monotonic() - begun < 10
    assert asked > 10
    assert slowest_s < 0.75


def test_no_log_holds_a_password(cloud):
    Visitor(cloud, "u00012", "wr0ng-of-the-test").log_in()

    said = "\n".join(line for daemon in cloud.daemons for line in daemon.said())
    assert "wr0ng-of-the-test" not in said
    assert f"'{PASSWORD}'" not in said
