# SPDX-License-Identifier: Apache-2.0
"""A face's table as it is served: paths, methods, bodies, queries, tokens."""

import json

import pytest

from synnefo_core import json_text
from synnefo_core.contracts.api import Reply, Route
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import StorageUnavailable

THING = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "size": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
}


def show(**parameters):
    return parameters


def echo(body):
    return {"got": body}


@pytest.fixture
def things(serve):
    return serve(
        Route("GET", "/", lambda: {"at": "root"}),
        Route("GET", "/things", list),
        Route("POST", "/things", echo, status=201, body=THING),
        Route("GET", "/things/{thing_id}", show),
        Route("DELETE", "/things/{thing_id}", lambda thing_id: None, status=204),
    )


@pytest.fixture
def objects(serve):
    """Serve a table like that of an object store."""
    return serve(
        Route("GET", "/{account}", show),
        Route("GET", "/{account}/{container}", show),
        Route("GET", "/{account}/{container}/{name:.+}", show),
    )


def test_a_handler_gets_the_parameters_of_its_path(things):
    assert {"thing_id": "42"} == things("GET", "/toy/things/42").json_body


def test_the_prefix_alone_is_the_root_of_the_face(things):
    assert {"at": "root"} == things("GET", "/toy").json_body == things("GET", "/toy/").json_body


@pytest.mark.parametrize("path", ["/toy/nothing", "/toy/things/1/parts", "/toy/thingses"])
def test_an_unknown_path_is_not_found(things, path):
    response = things("GET", path)

    assert 404 == response.status_int
    assert path.removeprefix("/toy") in response.json_body["error"]["message"]


def test_a_path_that_only_begins_like_the_prefix_is_not_the_faces(things):
    assert 404 == things("GET", "/toyshop").status_int


def test_a_method_that_a_path_does_not_know_is_answered_with_those_that_it_does(things):
    response = things("PUT", "/toy/things/42")

    assert (405, "DELETE, GET, HEAD") == (response.status_int, response.headers["Allow"])


def test_head_is_get_without_the_body(things):
    response = things("HEAD", "/toy/things/42")

    assert (200, b"") == (response.status_int, response.body)
    assert len(things("GET", "/toy/things/42").body) == response.content_length


def test_a_row_for_head_goes_before_that_for_get(serve):
    ask = serve(
        Route("GET", "/a/b", lambda: "get"),
        Route("HEAD", "/a/{name}", lambda name: Reply(headers={"X-Own": "other"})),
        Route("HEAD", "/a/b", lambda: Reply(headers={"X-Own": "own"})),
    )

    assert "own" == ask("HEAD", "/toy/a/b").headers.get("X-Own", "own")
    assert "other" == ask("HEAD", "/toy/a/c").headers["X-Own"]


def test_a_slash_at_the_end_makes_no_difference(things):
    assert things("GET", "/toy/things").body == things("GET", "/toy/things/").body
    assert {"thing_id": "42"} == things("GET", "/toy/things/42/").json_body


@pytest.mark.parametrize(
    "path, name",
    [
        ("/a/c/o", "o"),
        ("/a/c/folder/", "folder/"),
        ("/a/c/x/y/z", "x/y/z"),
        ("/a/c//o", "/o"),
        ("/a/c/x%2Fy", "x/y"),
        ("/a/c/%C3%BC%E2%82%AC", "ü€"),
        ("/a/c/o%0A", "o\n"),
        ("/a/c/%0Ao%0Ax", "\no\nx"),
        ("/a/c/100%25", "100%"),
        ("/a/c/o%20+", "o +"),
    ],
)
def test_the_rest_of_a_path_is_kept_to_the_letter(objects, path, name):
    shown = objects("GET", f"/toy{path}").json_body

    assert {"account": "a", "container": "c", "name": name} == shown


def test_without_a_name_a_slash_at_the_end_is_the_containers(objects):
    assert {"account": "a", "container": "c"} == objects("GET", "/toy/a/c/").json_body


def test_a_newline_at_the_end_does_not_make_another_name(things):
    assert {"thing_id": "42\n"} == things("GET", "/toy/things/42%0A").json_body
    assert 404 == things("GET", "/toy/thing%0As").status_int


@pytest.mark.parametrize("path", ["/toy/things/%ff", "/toy/things/%C3", "/toy/things/a%00b"])
def test_a_path_that_is_not_text_is_refused(things, path):
    assert 400 == things("GET", path).status_int


def test_a_body_that_fits_is_handed_over(things):
    response = things("POST", "/toy/things", body={"name": "ü"})

    assert (201, {"got": {"name": "ü"}}) == (response.status_int, response.json_body)


@pytest.mark.parametrize(
    "body, sentence",
    [
        (b"", "the body is not valid JSON: it is empty"),
        (b"{", "line 1 column 2"),
        (b'{"name": "\xff"}', "it is not UTF-8 text"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"name": "a", "size": NaN}', "NaN is not a number"),
        (b'{"name": "a", "size": 1e999}', "the number 1e999 is too large"),
        (b'{"name": "a", "size": 9223372036854775808}', "9223372036854775808 is too large"),
        (b'{"name": "a", "size": ' + b"9" * 5000 + b"}", "is too large"),
        (b"[]", "[] is not of type 'object'"),
        (b"{}", "'name' is a required property"),
        (b'{"name": 3}', "name: 3 is not of type 'string'"),
        (b'{"name": "a", "size": "3"}', "size: '3' is not of type 'integer'"),
        (b'{"name": "a", "colour": 1}', "('colour' was unexpected)"),
        (b'{"name": "' + b"x" * 300 + b'"}', "name: does not fit the rule maxLength: 20"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_with_the_reason(things, body, sentence):
    response = things("POST", "/toy/things", body=body)

    assert 400 == response.status_int
    assert sentence in response.json_body["error"]["message"]


def test_a_body_is_checked_even_when_the_handler_does_not_look_at_it(serve):
    ask = serve(Route("POST", "/reset", lambda: None, body={"const": {"reset": None}}))

    assert 400 == ask("POST", "/toy/reset", body={"reset": 1}).status_int
    assert 200 == ask("POST", "/toy/reset", body={"reset": None}).status_int


def test_without_a_schema_no_body_is_none(serve):
    ask = serve(Route("POST", "/echo", echo))

    assert {"got": None} == ask("POST", "/toy/echo").json_body
    assert {"got": [1]} == ask("POST", "/toy/echo", body=[1]).json_body


class Endless:
    """A body that never ends, and counts how much of it was read."""

    taken = 0

    def read(self, size=-1):
        assert size >= 0, "the whole of it must never be asked for"
        self.taken += size
        return b" " * size


@pytest.fixture
def small(serve):
    """Return what posts to a route that takes 100 bytes, with an environ of WSGI's."""
    ask = serve(Route("POST", "/small", echo, max_bytes=100))

    def post(body=b"", **environ):
        environ["webob.is_body_seekable"] = False
        return ask("POST", "/toy/small", body=body, environ=environ)

    return post


def test_a_body_at_the_limit_is_taken_and_one_beyond_it_is_not(small):
    assert 200 == small(json.dumps("x" * 98).encode()).status_int
    response = small(json.dumps("x" * 99).encode())

    assert 413 == response.status_int
    assert "larger than 100 bytes" in response.json_body["error"]["message"]


def test_a_body_that_says_that_it_is_too_large_is_not_read(small):
    body = Endless()

    response = small(**{"CONTENT_LENGTH": "101", "wsgi.input": body})

    assert (413, 0) == (response.status_int, body.taken)


def test_a_chunked_body_is_read_to_the_limit_only(small):
    body = Endless()
    chunked = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": body}

    assert 413 == small(**chunked).status_int
    assert body.taken <= 101


def test_without_a_length_nothing_is_read(small):
    body = Endless()

    assert 200 == small(**{"CONTENT_LENGTH": None, "wsgi.input": body}).status_int
    assert 0 == body.taken


def test_a_negative_length_is_refused(small):
    assert 400 == small(**{"CONTENT_LENGTH": "-1", "wsgi.input": Endless()}).status_int


def test_a_body_that_breaks_off_is_the_callers_fault(small):
    class Broken:
        def read(self, _size=-1):
            raise OSError("invalid chunk size")

    response = small(**{"CONTENT_LENGTH": "10", "wsgi.input": Broken()})

    assert 400 == response.status_int
    assert "could not be read to its end" in response.json_body["error"]["message"]


QUERY = {
    "type": "object",
    "properties": {
        "limit": {"type": "string", "pattern": "^[0-9]+$"},
        "tag": {"type": "array", "items": {"type": "string", "maxLength": 3}},
    },
    "additionalProperties": False,
}


@pytest.fixture
def listing(serve):
    return serve(Route("GET", "/things", lambda query: query, query=QUERY))


@pytest.mark.parametrize(
    "query, seen",
    [
        ("", {}),
        ("?limit=5", {"limit": "5"}),
        ("?limit=5&limit=6", {"limit": "6"}),
        ("?tag=a&tag=b", {"tag": ["a", "b"]}),
        ("?tag=%C3%BC", {"tag": ["ü"]}),
    ],
)
def test_a_query_is_handed_over_as_its_schema_says(listing, query, seen):
    assert seen == listing("GET", f"/toy/things{query}").json_body


@pytest.mark.parametrize(
    "query, sentence",
    [
        ("?limit=many", "query.limit: 'many' does not match"),
        ("?tag=long", "query.tag.0: 'long' is too long"),
        ("?colour=red", "query: Additional properties are not allowed ('colour' was unexpected)"),
        ("?tag=%ff", "the query is not UTF-8"),
        ("?tag=%00", "NUL character"),
    ],
)
def test_a_query_that_does_not_fit_is_refused_with_the_reason(listing, query, sentence):
    response = listing("GET", f"/toy/things{query}")

    assert 400 == response.status_int
    assert sentence in response.json_body["error"]["message"]


def test_a_query_is_checked_even_when_the_handler_does_not_look_at_it(serve):
    ask = serve(Route("GET", "/things", list, query=QUERY))

    assert 400 == ask("GET", "/toy/things?colour=red").status_int


@pytest.mark.parametrize("token, status", [("good", 200), ("", 401), ("forged", 401)])
def test_a_route_needs_a_valid_token(serve, token, status):
    ask = serve(Route("GET", "/things", list))

    assert status == ask("GET", "/toy/things", token=token).status_int


@pytest.mark.parametrize("token, status", [("good", 200), ("", 200), ("forged", 401)])
def test_a_public_route_needs_none_but_one_that_is_given_must_be_valid(serve, token, status):
    ask = serve(Route("GET", "/things", list, is_public=True))

    assert status == ask("GET", "/toy/things", token=token).status_int


def test_a_token_may_come_in_the_object_stores_header(serve):
    ask = serve(Route("GET", "/who", lambda context: {"user": context.user_id}))

    response = ask("GET", "/toy/who", token="", headers={"X-Storage-Token": "good"})

    assert {"user": "u1"} == response.json_body


def test_the_callers_roles_must_pass_the_rule(serve):
    ask = serve(
        Route("GET", "/things", list, "toy:thing:show"),
        Route("POST", "/things", echo, "toy:thing:create"),
    )

    assert 200 == ask("GET", "/toy/things").status_int
    refused = ask("POST", "/toy/things")
    assert 403 == refused.status_int
    assert "toy:thing:create" in refused.json_body["error"]["message"]


def test_who_may_not_call_is_not_told_what_the_body_must_be(serve):
    ask = serve(Route("POST", "/things", echo, "toy:thing:create", body=THING))

    assert 403 == ask("POST", "/toy/things", body=b"{").status_int


def test_a_rule_that_nobody_has_stops_the_start(serve):
    with pytest.raises(Misconfigured, match="GET /things: no policy rule is toy:thing:shwo"):
        serve(Route("GET", "/things", list, "toy:thing:shwo"))


def test_a_handler_that_wants_what_it_is_not_told_stops_the_start(serve):
    with pytest.raises(TypeError, match=r"GET /things/\{thing_id\}: .*\['server_id'\]"):
        serve(Route("GET", "/things/{thing_id}", lambda context, server_id: None))


@pytest.mark.parametrize(
    "returned, status, content_type, body",
    [
        ({"a": "ü"}, 200, "application/json", json_text.written({"a": "ü"})),
        ([], 200, "application/json", b"[]"),
        ("text", 200, "application/json", b'"text"'),
        (None, 200, None, b""),
        (Reply(b"bytes", content_type="text/plain"), 200, "text/plain", b"bytes"),
        (Reply({"a": 1}, status=300), 300, "application/json", b'{"a":1}'),
        (Reply(iter([b"a", b"b"])), 200, None, b"ab"),
        (Reply(None, status=204), 204, None, b""),
    ],
)
def test_what_a_handler_returns_is_what_is_sent(serve, returned, status, content_type, body):
    response = serve(Route("GET", "/a", lambda: returned))("GET", "/toy/a")

    assert (status, content_type, body) == (
        response.status_int,
        response.headers.get("Content-Type"),
        response.body,
    )


def test_a_stream_is_closed_when_it_was_sent(serve):
    class Stream:
        is_closed = False

        def __iter__(self):
            yield b"a"

        def close(self):
            self.is_closed = True

    stream = Stream()

    response = serve(Route("GET", "/a", lambda: Reply(stream)))("GET", "/toy/a")
    response.app_iter.close()

    assert stream.is_closed


@pytest.mark.parametrize(
    "problem, level, has_traceback",
    [
        (RuntimeError("a block is missing"), "ERROR", True),
        (StorageUnavailable("the server is away"), "WARNING", False),
    ],
)
def test_a_stream_that_breaks_off_is_logged_under_its_request(
    serve, caplog, problem, level, has_traceback
):
    def broken():
        yield b"a"
        raise problem

    response = serve(Route("GET", "/a", lambda: Reply(broken())))("GET", "/toy/a")
    with pytest.raises(type(problem)):
        list(response.app_iter)

    [record] = [each for each in caplog.records if each.getMessage() == "answer broke off"]
    assert (level, has_traceback) == (record.levelname, bool(record.exc_info))


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\x00"])
def test_a_header_never_ends_early(serve, value):
    ask = serve(Route("GET", "/a", lambda: Reply(headers={"X-Name": value})))

    response = ask("GET", "/toy/a")

    assert 500 == response.status_int
    assert "Set-Cookie" not in response.headers
