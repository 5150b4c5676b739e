# SPDX-License-Identifier: Apache-2.0
"""A component over HTTP: it sees and settles what is its own, by its service token (AST-048)."""

import json
import os

import pytest

import synnefo_identity
import synnefo_quota
from synnefo_core.commands import main
from synnefo_core.context import for_worker
from synnefo_core.testing import http

components = synnefo_identity.components


def described(component, resource):
    return {
        f"{component}_api": {
            "type": component,
            "component": component,
            "endpoints": [
                {"versionId": "v1", "publicURL": f"https://{component}.example.org/api/v1"}
            ],
            "resources": {"one": {"name": resource, "unit": "cups"}},
        }
    }


@pytest.fixture(scope="module")
def fixture():
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield fixture
    fixture.stop_fixture()


@pytest.fixture(scope="module")
def tokens(fixture):
    """Two components with a resource each, of which demo's project may have 5."""
    context, made = for_worker(fixture.cloud), {}
    for name in ("kettle", "urn"):
        made[name] = components.add(context, name, ui_url=f"https://{name}.example.org").token
        components.take(context, components.read(described(name, f"{name}.cup")))
        synnefo_quota.set_limit(
            context, holder=holder(), source="", resource=f"{name}.cup", limit=5
        )
    return made


@pytest.fixture
def call(fixture, tokens):
    def call(who, method, path, body=None):
        path = f"/account/v1.0{path}"
        return http.call(fixture.application, method, path, body=body, token=tokens[who])

    return call


def holder():
    return f"project:{os.environ['DEMO_PROJECT']}"


def commission(resource, quantity=1, **how):
    provision = {"holder": holder(), "source": None, "resource": resource, "quantity": quantity}
    return {"provisions": [provision], **how}


def test_each_settles_its_own_commissions(call):
    serial = call("kettle", "POST", "/commissions", commission("kettle.cup")).json_body["serial"]

    for path in (f"/commissions/{serial}", f"/commissions/{serial}/action"):
        method, body = ("POST", {"accept": ""}) if path.endswith("action") else ("GET", None)
        assert 404 == call("urn", method, path, body).status_int
    assert [] == call("urn", "GET", "/commissions").json_body
    assert [serial] == call("kettle", "GET", "/commissions").json_body
    assert 200 == call("kettle", "POST", f"/commissions/{serial}/action", {"reject": ""}).status_int


@pytest.mark.parametrize("resource", ["urn.cup", "cyclades.vm"])
def test_nobody_issues_of_what_others_count(call, resource):
    assert 403 == call("kettle", "POST", "/commissions", commission(resource)).status_int


def test_limits_hold_for_them_too(call):
    assert 413 == call("urn", "POST", "/commissions", commission("urn.cup", 6)).status_int


def test_each_is_shown_its_own_resources(call):
    shown = call("kettle", "GET", "/service_project_quotas?project=p1")
    assert 404 == shown.status_int  # p1 is of nobody

    everything = call("kettle", "GET", "/service_project_quotas").json_body
    assert {"kettle.cup"} == {name for each in everything.values() for name in each}


def test_a_token_is_for_services_only(fixture, tokens):
    for method, path in (("GET", "/identity/v3/users"), ("POST", "/compute/v2.1/servers")):
        body = {"server": {"name": "web", "flavorRef": "1"}} if method == "POST" else None
        got = http.call(fixture.application, method, path, token=tokens["urn"], body=body)
        assert 403 == got.status_int


def test_its_services_are_in_both_catalogs(fixture, tokens):
    bare = http.call(fixture.application, "POST", "/identity/v2.0/tokens").json_body
    by_name = {each["name"]: each for each in bare["access"]["serviceCatalog"]}
    assert {
        "region": "default",
        "publicURL": "https://urn.example.org/api/v1",
        "versionId": "v1",
        "SNF:uiURL": "https://urn.example.org",
    } == by_name["urn_api"]["endpoints"][0]

    token, _ = http.login(fixture.application, "demo", "demo")
    found = http.call(fixture.application, "GET", "/identity/v3/auth/catalog", token=token)
    assert {"kettle_api", "urn_api"} <= {each["name"] for each in found.json_body["catalog"]}


def test_menus_lead_to_what_is_public(fixture, tokens):
    context = for_worker(fixture.cloud)
    hidden = described("kettle", "kettle.cup")["kettle_api"] | {"public": False}
    components.take(context, components.read({"kettle_api": hidden}))

    shown = http.call(fixture.application, "GET", "/identity/ui/get_services").json_body

    assert [("urn", "https://urn.example.org")] == [(each["name"], each["url"]) for each in shown]


def test_another_cloud_takes_what_we_export(fixture, tokens, capsys):
    place = ["--data", str(fixture.cloud.data_dir)]
    assert 0 == main([*place, "service", "export", "friends"])
    exported = json.loads(capsys.readouterr().out)
    assert 0 == main([*place, "service", "list", "-f", "json"])
    listed = {each["Name"] for each in json.loads(capsys.readouterr().out)}

    read = {each.name: each for each in components.read(exported)}
    assert (
        "http://127.0.0.1:8774/compute/v2.1" == read["cyclades_compute"].endpoints[0]["publicURL"]
    )
    assert {"kettle_api", "astakos_account"} <= listed
    assert 0 == main([*place, "service", "show", "urn_api"])
    assert 1 == main([*place, "service", "show", "nothing"])
