# SPDX-License-Identifier: Apache-2.0
"""OAuth 2.0: a code for what a user allowed, an access token for the code, each good once."""

import base64
import hashlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.errors import Duplicate, InvalidField, NotFound, Unauthenticated
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import CredentialWish, Reference, Secret
from synnefo_identity.plugin import tidy

oauth2 = synnefo_identity.oauth2

BACK = "https://view.example/back?to=file"
SCOPE = "/view/demo/box"
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
VIEW = oauth2.Client("view", "The viewer", is_trusted=False, has_secret=True, redirect_urls=(BACK,))
WISH = oauth2.Wish("view", BACK, SCOPE, state="a state")


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def demo(home):
    return home.caller("demo")


@pytest.fixture
def secret(home):
    """Let the viewer ask; return its secret."""
    return oauth2.add_client(home.admin, VIEW)


@pytest.fixture
def allow(demo, secret):
    """Allow the viewer something as demo; return what the URL says."""

    def allow(**changed):
        return said(oauth2.allow(demo, replace(WISH, **changed)))

    return allow


@pytest.fixture
def exchange(home):
    def exchange(code, client=VIEW, redirect_url=BACK, verifier=""):
        return oauth2.exchange(home.admin, client, oauth2.Exchange(code, redirect_url, verifier))

    return exchange


def said(url):
    assert url.startswith(f"{BACK}&")
    return {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}


def is_refused(code, call):
    with pytest.raises(oauth2.Refused) as caught:
        call()
    return caught.value.code == code


def test_a_code_brings_an_access_token_for_what_is_below_its_scope(home, demo, allow, exchange):
    answer = allow()
    access = exchange(answer["code"])

    assert ("a state", SCOPE, 20.0) == (answer["state"], access.scope, access.lasts_s)
    _, standing = oauth2.spend(home.admin, access.text, f"{SCOPE}/file")
    assert demo.user_id == standing.user.id


@pytest.mark.parametrize("path", [SCOPE, f"{SCOPE}/", f"{SCOPE}/a/b"])
def test_an_access_token_is_good_once(home, allow, exchange, path):
    access = exchange(allow()["code"])

    assert oauth2.spend(home.admin, access.text, path)
    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, path)


def test_other_rooms_learn_whose_a_token_is_and_who_that_is_in_a_project(
    home, demo, allow, exchange
):
    directory = home.cloud.directory
    access = exchange(allow()["code"])

    assert demo.user_id == directory.spend(access.text, f"{SCOPE}/file")
    assert "" == directory.spend(access.text, f"{SCOPE}/file")
    assert "member" in directory.roles(demo.user_id, demo.project_id)
    assert frozenset() == directory.roles(demo.user_id, home.admin.project_id)
    assert frozenset() == directory.roles("nobody", demo.project_id)


@pytest.mark.parametrize("path", ["/", "/view/demo/boxes", f"{SCOPE}/../other", "", "view"])
def test_it_is_for_no_other_path_and_spent_if_it_is_tried(home, allow, exchange, path):
    access = exchange(allow()["code"])

    for each in (path, SCOPE):
        with pytest.raises(NotFound):
            oauth2.spend(home.admin, access.text, each)


def test_it_ends(home, allow, exchange, clock):
    access = exchange(allow()["code"])
    clock.advance(20.0)

    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, SCOPE)


def test_it_ends_with_the_token_by_which_it_was_allowed(home, secret, exchange):
    token = home.token()
    demo = for_claims(home.cloud, home.claims(token.text), "req-test")
    access = exchange(said(oauth2.allow(demo, WISH))["code"])

    synnefo_identity.revoke_token(demo, token.text)

    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, SCOPE)


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"password": "another of tests"}])
def test_it_ends_when_its_user_is_disabled_or_changes_the_password(
    home, demo, allow, exchange, change
):
    access = exchange(allow()["code"])
    password = {key: value for key, value in change.items() if key == "password"}
    values = {key: value for key, value in change.items() if key != "password"}

    synnefo_identity.update_user(home.admin, demo.user_id, values, **password)

    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, SCOPE)


def test_a_code_that_comes_twice_takes_back_what_it_brought(home, allow, exchange):
    code = allow()["code"]
    access = exchange(code)

    assert is_refused("invalid_grant", lambda: exchange(code))
    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, SCOPE)


def test_a_code_ends(allow, exchange, clock):
    code = allow()["code"]
    clock.advance(60.0)

    assert is_refused("invalid_grant", lambda: exchange(code))


@pytest.mark.parametrize(
    "wrong",
    [
        {"client": replace(VIEW, id="another")},
        {"redirect_url": ""},
        {"redirect_url": f"{BACK}/else"},
        {"verifier": VERIFIER},
    ],
)
def test_a_code_is_for_who_asked_and_how(allow, exchange, wrong):
    code = allow()["code"]

    assert is_refused("invalid_grant", lambda: exchange(code, **wrong))


@pytest.mark.parametrize("verifier", ["", "w" * 43])
def test_a_code_with_a_challenge_needs_its_verifier(allow, exchange, verifier):
    code = allow(challenge=CHALLENGE)["code"]

    assert is_refused("invalid_grant", lambda: exchange(code, verifier=verifier))
    assert exchange(allow(challenge=CHALLENGE)["code"], verifier=VERIFIER)


@pytest.mark.parametrize(
    "changed, error",
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "box"}, "invalid_scope"),
        ({"scope": "/view/../.."}, "invalid_scope"),
        ({"challenge": CHALLENGE, "challenge_method": "plain"}, "invalid_request"),
        ({"challenge": "short"}, "invalid_request"),
    ],
)
def test_the_client_is_told_what_is_wrong_with_its_wish(allow, changed, error):
    answer = allow(**changed)

    assert (error, "a state") == (answer["error"], answer["state"])
    assert "code" not in answer


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "unknown"},
        {"redirect_url": "https://evil.example/"},
        {"redirect_url": f"{BACK}&more"},
        {"redirect_url": BACK.upper()},
    ],
)
def test_no_browser_is_sent_where_no_client_is(demo, secret, changed):
    wish = replace(WISH, **changed)

    for tell in (oauth2.asked, oauth2.allow, oauth2.deny):
        with pytest.raises(InvalidField):
            tell(demo, wish)


def test_a_client_of_several_addresses_says_which(home, demo):
    oauth2.add_client(home.admin, replace(VIEW, redirect_urls=(BACK, "https://view.example/2")))

    with pytest.raises(InvalidField):
        oauth2.asked(demo, replace(WISH, redirect_url=""))
    assert (
        "https://view.example/2"
        == oauth2.asked(demo, replace(WISH, redirect_url="https://view.example/2"))[1]
    )


def test_a_user_says_no(demo, secret):
    assert {"to": "file", "error": "access_denied", "state": "a state"} == said(
        oauth2.deny(demo, WISH)
    )


def test_a_program_allows_another_nothing(home, demo, secret):
    wish = CredentialWish(name="program", is_unrestricted=True)
    made, word = synnefo_identity.create_application_credential(demo, demo.user_id, wish)
    shown = Secret(id=made.id, name=None, user=Reference(), secret=word)
    proof = synnefo_identity.with_application_credential(home.admin, shown)
    scope = synnefo_identity.credential_scope(home.admin, made.id)
    token = synnefo_identity.issue_token(home.admin, proof, scope)
    program = for_claims(home.cloud, home.claims(token.text), "req-test")

    assert "access_denied" == said(oauth2.allow(program, WISH))["error"]


def test_a_public_client_shows_no_secret_and_needs_a_challenge(home, demo, exchange):
    public = replace(VIEW, has_secret=False)
    assert oauth2.add_client(home.admin, public) is None

    assert public == oauth2.require_client(home.admin, "view", "", "")
    assert "invalid_request" == said(oauth2.allow(demo, WISH))["error"]
    answer = said(oauth2.allow(demo, replace(WISH, challenge=CHALLENGE)))
    assert exchange(answer["code"], public, verifier=VERIFIER)


def test_a_confidential_client_shows_its_secret(home, secret):
    assert VIEW == oauth2.require_client(home.admin, "view", secret, "")
    for client_id, wrong in [("view", "wrong"), ("view", ""), ("unknown", secret), ("", "")]:
        with pytest.raises(Unauthenticated) as caught:
            oauth2.require_client(home.admin, client_id, wrong, "")
        assert str(Unauthenticated()) == str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "view",
        "https:///back",
        "http://view.example/back",
        "https://view.example/#part",
        "javascript:alert(1)",
        f"https://view.example/{'x' * 5000}",
    ],
)
def test_codes_are_brought_to_whole_and_safe_urls_alone(home, url):
    with pytest.raises(InvalidField):
        oauth2.add_client(home.admin, replace(VIEW, redirect_urls=(url,)))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/back", "pithos:/login"])
def test_programs_of_ones_own_machine_are_safe(home, url):
    oauth2.add_client(home.admin, replace(VIEW, redirect_urls=(url,)))


def test_clients_are_listed_and_go_with_what_was_allowed_them(home, allow, exchange):
    access, code = exchange(allow()["code"]), allow()["code"]
    with pytest.raises(Duplicate):
        oauth2.add_client(home.admin, VIEW)
    assert [VIEW] == oauth2.list_clients(home.admin)

    oauth2.remove_client(home.admin, "view")

    assert [] == oauth2.list_clients(home.admin)
    assert is_refused("invalid_grant", lambda: exchange(code))
    with pytest.raises(NotFound):
        oauth2.spend(home.admin, access.text, SCOPE)
    with pytest.raises(NotFound):
        oauth2.remove_client(home.admin, "view")


def test_the_database_has_neither_codes_nor_tokens(home, allow, exchange):
    code = allow()["code"]
    access = exchange(allow()["code"])

    with home.cloud.database.reading() as session:
        tables = ("identity_oauth2_code", "identity_oauth2_access")
        run = session.connection().exec_driver_sql
        rows = str([run(f"SELECT * FROM {table}").all() for table in tables])
    assert SCOPE in rows
    assert code not in rows
    assert access.text not in rows
    assert access.text not in repr(access)


def test_what_has_ended_is_tidied_away(home, allow, exchange, clock):
    exchange(allow()["code"])
    clock.advance(60.0)

    tidy(home.admin)

    with home.cloud.database.reading() as session:
        count = "SELECT count(*) FROM identity_oauth2_"
        run = session.connection().exec_driver_sql
        assert [0, 0] == [run(count + table).scalar() for table in ("code", "access")]
