# SPDX-License-Identifier: Apache-2.0
"""Programs get tokens by browsers, and no page does."""

from urllib.parse import parse_qs, urlsplit

import pytest

import synnefo_identity
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Forbidden, Unauthenticated
from synnefo_identity import accounts, terms

EVIL = [
    "https://evil.example.org/",
    "http://evil.example.org/",
    "//evil.example.org/",
    "/\\evil.example.org",
    "evil.example.org",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    " pithos://home",
    "pithos\n://home",
    "pithos:// home\r\nSet-Cookie: a=b",
    "pithos\\://home",
    "pithosx://home",
    "data:text/html,hello",
    "",
    ":",
]


@pytest.fixture
def arrive(home):
    """Return a function by which demo's browser asks where to go."""
    token = home.token()
    context = home.caller()

    def arrive(target="pithos://home?a=1#b", **values):
        return accounts.arrival(context, target, token.text, **values)

    return arrive


def test_a_program_gets_the_users_id_and_a_token_of_its_own(home, arrive):
    parts = urlsplit(arrive())

    given = parse_qs(parts.query)
    assert ("pithos", "home", "") == (parts.scheme, parts.netloc, parts.fragment)
    assert (["1"], [home.user_id()]) == (given["a"], given["uuid"])
    assert home.user_id() == home.claims(given["token"][0]).user_id


def test_older_tokens_end_on_demand(home, arrive):
    before = home.token().text

    given = parse_qs(urlsplit(arrive(is_renewed=True)).query)["token"][0]

    assert home.claims(before) is None
    assert home.claims(given) is not None


@pytest.mark.parametrize("target", EVIL)
def test_no_token_is_brought_anywhere_else(home, arrive, target):
    with pytest.raises(Forbidden):
        arrive(target)
    with pytest.raises(Forbidden):
        accounts.departure(home.cloud, target)


def test_no_list_makes_the_web_good(home, arrive):
    schemes = ["https", "JavaScript", "myapp"]
    home.cloud.config.set_override("weblogin_schemes", schemes, "accounts")

    for target in ("https://evil.example.org/", "javascript:alert(1)", "pithos://home"):
        with pytest.raises(Forbidden):
            arrive(target)
    assert arrive("MyApp://home").startswith("myapp://home?uuid=")


def test_the_login_page_is_told_where_the_program_waits(home):
    home.cloud.config.set_override("page_url", "https://cloud.example.org/me", "mail")

    page = accounts.departure(home.cloud, "pithos://home?a=1&b", is_forced=True)

    assert "https://cloud.example.org/me#weblogin=pithos%3A%2F%2Fhome%3Fa%3D1%26b&force" == page


def test_terms_come_first(home):
    context, proof = home.caller(), home.prove()
    terms.publish(home.admin, "https://example.org/terms")
    token = synnefo_identity.issue_token(home.admin, proof, synnefo_identity.UNSCOPED)

    with pytest.raises(Unauthenticated, match="pending approval terms"):
        accounts.arrival(context, "pithos://home", token.text)


def test_pages_are_told_what_the_operator_wants_to_say(home):
    config = home.cloud.config
    config.set_override("messages", ["login: Down on Friday", "all:Hello: world"], "accounts")
    config.set_override("links", ["Status=https://status.example.org/?a=b"], "accounts")

    site = accounts.show_site(home.cloud)

    assert (["Down on Friday"], ["Hello: world"], []) == (
        site.messages["login"],
        site.messages["all"],
        site.messages["profile"],
    )
    assert {"Status": "https://status.example.org/?a=b"} == site.links


@pytest.mark.parametrize(
    "option, line",
    [("messages", "nowhere: x"), ("messages", "x"), ("links", "x"), ("links", "x=javascript:y")],
)
def test_what_can_not_be_shown_is_said_to_the_operator(home, option, line):
    home.cloud.config.set_override(option, [line], "accounts")

    with pytest.raises(Misconfigured, match=option):
        accounts.show_site(home.cloud)
