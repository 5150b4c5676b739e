# SPDX-License-Identifier: Apache-2.0
"""What people store, in browsers: at an origin of its own, and by tokens that are good once."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from synnefo_core.testing import http
from tests.apis.object_store.conftest import MadeUpPeople

ORIGIN = "http://pages.example.org"
LOGIN = "http://dashboard.example.org/view?page=1"
VIEW = "/object-store/ui/view/AUTH_p1/c/"


class Viewers(MadeUpPeople):
    """Who has been given which tokens: (token, path) to the user."""

    def __init__(self):
        self.tokens = {}

    def spend(self, token, path):
        return self.tokens.pop((token, path), "")

    def roles(self, user_id, project_id):
        return frozenset({"reader"}) if (user_id, project_id) == ("u1", "p1") else frozenset()


@pytest.fixture
def viewers():
    return Viewers()


@pytest.fixture
def origin():
    return ORIGIN


@pytest.fixture
def cloud(make_cloud, cloud_settings, viewers, origin):
    section = "object_store"
    own = {(section, "view_origin"): origin, (section, "view_login_url"): LOGIN}
    made = make_cloud({**cloud_settings, **own})
    made.shared("core.directory", lambda: [viewers])
    return made


@pytest.fixture
def view(application, container, viewers):
    """Return a function that looks at an object with a token that a user has been given."""
    container("PUT", "/page.html", body=b"<script></script>", Content_Type="text/html")

    def made(name="page.html", user="u1", *, method="GET", query="", base=ORIGIN, path=None):
        viewers.tokens["good", path or VIEW + name] = user
        url = f"{base}{VIEW}{name}?access_token=good{query}"
        return http.call(application, method, url)

    return made


def test_a_token_shows_its_object_as_a_page(view):
    shown = view()

    assert (200, b"<script></script>", "text/html") == (
        shown.status_int,
        shown.body,
        shown.content_type,
    )
    assert "Content-Security-Policy" not in shown.headers
    assert ("no-referrer", "private, no-store") == (
        shown.headers["Referrer-Policy"],
        shown.headers["Cache-Control"],
    )
    assert not [name for name in shown.headers if name.startswith("X-Object-")]


def test_a_token_is_good_once_then_the_browser_is_sent_to_log_in(application, view):
    view()

    again = http.call(application, "GET", f"{ORIGIN}{VIEW}page.html?a=%C3%BC&access_token=good")
    login = http.call(application, "GET", again.headers["Location"])

    assert (302, f"{ORIGIN}{VIEW}page.html?a=%C3%BC") == (
        again.status_int,
        again.headers["Location"],
    )
    assert 302 == login.status_int
    asked = urlsplit(login.headers["Location"])
    assert "dashboard.example.org" == asked.netloc
    assert parse_qs(asked.query) == {
        "page": ["1"],
        "next": [again.headers["Location"]],
        "scope": [VIEW + "page.html"],
    }


def test_a_token_for_another_path_shows_nothing(view):
    assert 302 == view(path=VIEW + "other").status_int


@pytest.mark.parametrize("name, user, status", [("none", "u1", 404), ("page.html", "u2", 403)])
def test_who_may_not_read_sees_why(view, name, user, status):
    assert status == view(name, user).status_int


def test_a_guest_sees_what_is_shared_with_it_and_lists_of_the_project_do_not_count(container, view):
    container("POST", X_Container_Read="p1:*")
    before = view(user="u2").status_int
    container("POST", "/page.html", X_Object_Sharing="read=u2")

    assert (403, 200) == (before, view(user="u2").status_int)


def test_ranges_and_downloads_are_asked_for_as_everywhere(view):
    shown = view(method="HEAD", query="&disposition-type=attachment")

    assert 200 == shown.status_int
    assert (
        "attachment; filename=\"page.html\"; filename*=UTF-8''page.html"
        == (shown.headers["Content-Disposition"])
    )
    assert 400 == view(query="&disposition-type=x").status_int


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_browsers_are_sent_to_the_origin_where_nothing_else_is(view, method):
    """PIT-047."""
    shown = view(method=method, base="http://localhost", query="&a=b")

    assert 302 == shown.status_int
    assert f"{ORIGIN}{VIEW}page.html?access_token=good&a=b" == shown.headers["Location"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [f"{VIEW}page.html", "/object-store/public/address"])
def test_pages_are_looked_at_and_no_more(application, method, path):
    """PIT-047: elsewhere other methods are refused; so they are everywhere."""
    for base in (ORIGIN, "http://localhost"):
        assert 405 == http.call(application, method, base + path).status_int


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_public_pages_are_shown_there_too(application, container, method):
    """PIT-047."""
    container("PUT", "/p", body=b"page", X_Object_Public="true")
    address = container("HEAD", "/p").headers["X-Object-Public"]

    sent = http.call(application, method, f"http://localhost{address}?a=b")
    shown = http.call(application, method, sent.headers["Location"])

    assert (302, f"{ORIGIN}{address}?a=b") == (sent.status_int, sent.headers["Location"])
    assert 200 == shown.status_int
    assert "Content-Security-Policy" not in shown.headers


@pytest.mark.parametrize("origin", [None])
def test_without_such_an_origin_pages_are_in_a_sandbox(view):
    shown = view(base="http://localhost")

    assert (200, "sandbox") == (shown.status_int, shown.headers["Content-Security-Policy"])


def test_what_is_read_with_a_token_of_the_api_can_be_shown_or_saved(container):
    """PIT-041."""
    container("PUT", "/a/\u00fc", body=b"1")

    plain = container("GET", "/a/\u00fc")
    saved = container("GET", "/a/\u00fc?disposition-type=attachment")

    assert "Content-Disposition" not in plain.headers
    assert (
        "attachment; filename=\"?\"; filename*=UTF-8''%C3%BC"
        == (saved.headers["Content-Disposition"])
    )
    assert 400 == container("HEAD", "/a/\u00fc?disposition-type=").status_int
