# SPDX-License-Identifier: Apache-2.0
"""All faces together, and what the house answers for itself."""

from dataclasses import replace

import pytest

from synnefo_core import __version__
from synnefo_core.contracts.api import Api, Route
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.plugins import Plugin
from synnefo_core.testing.fixtures import NO_DATABASE
from synnefo_core.testing.http import call
from synnefo_core.testing.plugins import answering
from synnefo_core.wsgi import compose
from synnefo_core.wsgi.faults import plain

TOY = Api(
    name="toy",
    prefix="/toy",
    service_type="toy",
    title="Toy",
    routes=[Route("GET", "/{name:.*}", lambda name: {"toy": name}, is_public=True)],
    dialect=plain,
)


@pytest.fixture
def serve(house):
    """Return a function that serves faces and returns how to call them."""

    def make(*apis):
        application = compose.application(house(answering(apis=apis)))
        return lambda method, path, **given: call(application, method, path, **given)

    return make


def named(name, prefix, **fields):
    return replace(TOY, name=name, prefix=prefix, **fields)


def test_an_empty_house_answers_for_itself(serve):
    ask = serve()

    assert {"name": "Synnefo", "version": __version__, "apis": []} == ask("GET", "/").json_body
    assert {"status": "ok", "broken_plugins": []} == ask("GET", "/healthz").json_body


def test_the_root_lists_the_faces(serve):
    assert [{"name": "toy", "type": "toy", "href": "http://127.0.0.1:8774/toy"}] == (
        serve(TOY)("GET", "/").json_body["apis"]
    )


def test_the_longest_prefix_wins(serve):
    ask = serve(
        named("short", "/a", routes=[Route("GET", "/{name:.*}", lambda: "short", is_public=True)]),
        named("long", "/a/b", routes=[Route("GET", "/{name:.*}", lambda: "long", is_public=True)]),
    )

    assert ["short", "short", "long", "long"] == [
        ask("GET", path).json_body for path in ("/a/x", "/a/bc", "/a/b", "/a/b/x")
    ]


def test_a_face_sees_its_prefix_as_the_script(serve):
    def where(request):
        return [request.script_name, request.path_info]

    ask = serve(replace(TOY, routes=[Route("GET", "/x", where, is_public=True)]))

    assert ["/toy", "/x"] == ask("GET", "/toy/x").json_body


@pytest.mark.parametrize(
    "second, sentence",
    [
        (named("toy", "/other"), "same name"),
        (named("other", "/toy"), "same prefix"),
        (named("other", "/other/"), "must be like /name, not '/other/'"),
        (named("other", "other"), "must be like /name, not 'other'"),
        (named("other", ""), "must be like /name, not ''"),
    ],
)
def test_faces_that_cannot_live_together_stop_the_start(serve, second, sentence):
    with pytest.raises(Misconfigured, match=sentence):
        serve(TOY, second)


def test_version_documents_stand_beside_the_faces(serve):
    ask = serve(replace(TOY, versions={"/versions": lambda base: (300, {"href": f"{base}/toy"})}))

    for path in ("/versions", "/versions/"):
        response = ask("GET", path)
        assert (300, {"href": "http://127.0.0.1:8774/toy"}) == (
            response.status_int,
            response.json_body,
        )
    assert b"" == ask("HEAD", "/versions").body


@pytest.mark.parametrize("path", ["/", "/healthz"])
def test_what_the_house_answers_itself_can_only_be_read(serve, path):
    response = serve()("POST", path)

    assert (405, "GET, HEAD") == (response.status_int, response.headers["Allow"])


def test_what_belongs_to_no_face_is_not_found(serve):
    response = serve(TOY)("GET", "/nothing")

    assert (404, "not_found") == (response.status_int, response.json_body["error"]["code"])


def test_broken_plugins_are_named_by_the_health(house):
    cloud = house()
    cloud.plugins.broken.append(Plugin("synnefo.hooks", "bad", "d", "1", "bad", "ImportError"))

    health = call(compose.application(cloud), "GET", "/healthz")

    assert (200, "degraded", ["bad"]) == (
        health.status_int,
        health.json_body["status"],
        health.json_body["broken_plugins"],
    )


def test_a_cloud_without_its_database_is_not_healthy(house):
    cloud = house(settings=NO_DATABASE)

    health = call(compose.application(cloud), "GET", "/healthz")

    assert (503, "unavailable") == (health.status_int, health.json_body["error"]["code"])


def test_the_operator_says_how_clients_reach_the_cloud(house):
    cloud = house(settings={("DEFAULT", "public_url"): "https://cloud.example/"})

    assert "https://cloud.example" == cloud.public_url
