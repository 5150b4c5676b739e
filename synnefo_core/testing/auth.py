# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of login methods: what every driver of ``synnefo.auth`` must do.

A driver tests itself with a class and a fixture::

    from synnefo_core.testing.auth import AuthMethodContract

    class TestMyLogin(AuthMethodContract):
        @pytest.fixture
        def method(self):
            return MyLogin(DriverSetup("mine", {...}, tmp_path))

        @pytest.fixture
        def login(self):
            return PasswordLogin("jane", "default", None, "her password")

A method that keeps passwords may leave out ``login``: the suite stores one. Tests of a facet
that the method lacks are skipped. The suite may run on a directory that others use: names and
subjects that it invents are random. It needs only pytest.

A method for browsers takes :class:`BrowserLoginContract` and overrides ``method``, ``visits``,
``forgeries`` and ``nobodies``.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from synnefo_core.contracts.auth import (
    Assertion,
    Authenticator,
    AuthError,
    AuthMethod,
    BrowserLogin,
    Expired,
    NotResponsible,
    PasswordLogin,
    PasswordStore,
    Rejected,
    Visit,
)

PASSWORD = "pässword: of the suite"

STRANGE = [
    "",
    "*",
    "nobody)(uid=*",
    "nobody\\2a",
    "nobody\x00admin",
    "nobody\nadmin",
    "' OR 1=1 --",
    "\ud800",
    "\u202egnp",
    "n" * 10_000,
]
"""What people who try to break in give as a name or a password."""


def invented() -> str:
    """Return a name that nobody has."""
    return uuid.uuid4().hex


def alike(*calls: Callable[[], object], ratio: float, rounds: int = 60) -> bool:
    """Tell whether calls take about the same time when nothing else holds them up.

    They are made in turn until the quickest of each are alike; on a busy machine that takes some
    rounds, and where one does more than another it never comes.
    """
    quickest_s = [math.inf] * len(calls)
    for number in range(rounds):
        for index, call in enumerate(calls):
            begun = time.perf_counter()
            call()
            quickest_s[index] = min(quickest_s[index], time.perf_counter() - begun)
        # A millisecond may be the machine's.
        if number > 5 and max(quickest_s) < min(quickest_s) * ratio + 0.001:
            return True
    return False


class _Fixtures:
    """What a test class of a driver provides."""

    @pytest.fixture
    def method(self) -> AuthMethod:
        """Return the method to test. Every driver's class overrides this."""
        pytest.fail("override the fixture `method`")

    @pytest.fixture
    def login(self, method: AuthMethod) -> PasswordLogin:
        """Return a name and a password that the method knows."""
        if method.passwords is None:
            pytest.fail("override the fixture `login`: the method keeps no passwords")
        subject = invented()
        method.passwords.store(subject, method.passwords.prepare(PASSWORD))
        return PasswordLogin("jane", "default", subject, PASSWORD)

    @pytest.fixture
    def authenticator(self, method: AuthMethod) -> Authenticator:
        """Return the facet that checks passwords."""
        if method.authenticator is None:
            pytest.skip("the method checks no passwords")
        return method.authenticator

    @pytest.fixture
    def passwords(self, method: AuthMethod) -> PasswordStore:
        """Return the facet that keeps passwords."""
        if method.passwords is None:
            pytest.skip("the method keeps no passwords")
        return method.passwords


class AuthenticatorContract(_Fixtures):
    """What every method that checks names and passwords does."""

    slowest_ratio = 3.0
    """By how much an unknown name may be slower or quicker than a wrong password."""

    def refusal(self, authenticator: Authenticator, login: PasswordLogin) -> AuthError:
        """Return with what a login is refused."""
        with pytest.raises((Rejected, NotResponsible)) as caught:
            authenticator.authenticate(login)
        return caught.value

    def test_the_right_password_is_vouched_for(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        assertion = authenticator.authenticate(login)

        assert isinstance(assertion, Assertion)
        assert assertion.subject

    def test_a_person_is_the_same_subject_at_every_login(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        first, second = (authenticator.authenticate(login) for _ in range(2))

        assert (first.method, first.subject) == (second.method, second.subject)

    @pytest.mark.parametrize("change", ["lower", "upper", "shorter", "longer", "empty"])
    def test_any_other_password_is_rejected(
        self, authenticator: Authenticator, login: PasswordLogin, change: str
    ) -> None:
        others = {
            "lower": login.password.swapcase(),
            "upper": login.password.upper() + "X",
            "shorter": login.password[:-1],
            "longer": f"{login.password} ",
            "empty": "",
        }

        assert isinstance(
            self.refusal(authenticator, replace(login, password=others[change])), Rejected
        )

    def test_an_unknown_name_is_left_to_other_methods(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        stranger = PasswordLogin(invented(), login.domain_id, None, login.password)

        assert isinstance(self.refusal(authenticator, stranger), NotResponsible)

    @pytest.mark.parametrize("name", STRANGE, ids=ascii)
    def test_a_strange_name_is_refused_like_any_other(
        self, authenticator: Authenticator, login: PasswordLogin, name: str
    ) -> None:
        self.refusal(authenticator, PasswordLogin(name, login.domain_id, None, login.password))

    @pytest.mark.parametrize("password", STRANGE, ids=ascii)
    def test_a_strange_password_is_refused_like_any_other(
        self, authenticator: Authenticator, login: PasswordLogin, password: str
    ) -> None:
        self.refusal(authenticator, replace(login, password=password))

    def test_a_refusal_says_nothing_that_was_given(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        wrong = replace(login, password=f"wrong {invented()}")

        error = self.refusal(authenticator, wrong)

        assert wrong.password not in f"{error!r} {wrong!r}"
        assert login.password not in f"{error!r} {login!r}"

    def test_an_unknown_name_takes_as_long_as_a_wrong_password(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        wrong = replace(login, password=f"{login.password}X")
        stranger = PasswordLogin(invented(), login.domain_id, None, wrong.password)

        assert alike(
            lambda: self.refusal(authenticator, wrong),
            lambda: self.refusal(authenticator, stranger),
            ratio=self.slowest_ratio,
        )

    def test_several_log_in_at_once(
        self, authenticator: Authenticator, login: PasswordLogin
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(authenticator.authenticate, [login] * 8))

        assert 1 == len({assertion.subject for assertion in found})


class PasswordStoreContract(_Fixtures):
    """What every method that keeps passwords does."""

    @pytest.fixture
    def subject(self, passwords: PasswordStore) -> str:
        """Return a subject whose password is :data:`PASSWORD`."""
        subject = invented()
        passwords.store(subject, passwords.prepare(PASSWORD))
        return subject

    def test_a_stored_password_is_the_subjects(
        self, passwords: PasswordStore, subject: str
    ) -> None:
        assert passwords.verify(subject, PASSWORD)
        assert not passwords.verify(subject, f"{PASSWORD}!")
        assert not passwords.verify(subject, "")

    def test_a_password_is_nobody_elses(self, passwords: PasswordStore, subject: str) -> None:
        assert subject
        assert not passwords.verify(invented(), PASSWORD)

    def test_what_is_to_be_stored_does_not_show_the_password(
        self, passwords: PasswordStore
    ) -> None:
        prepared = passwords.prepare(PASSWORD)

        assert PASSWORD not in prepared.hashed
        assert prepared.hashed not in repr(prepared)

    def test_two_with_one_password_can_not_be_told(self, passwords: PasswordStore) -> None:
        assert passwords.prepare(PASSWORD) != passwords.prepare(PASSWORD)

    def test_a_new_password_replaces_the_old_one(
        self, passwords: PasswordStore, subject: str
    ) -> None:
        passwords.store(subject, passwords.prepare("another one"))

        assert passwords.verify(subject, "another one")
        assert not passwords.verify(subject, PASSWORD)

    def test_a_removed_password_is_gone_and_may_be_removed_again(
        self, passwords: PasswordStore, subject: str
    ) -> None:
        passwords.remove(subject)
        passwords.remove(subject)

        assert not passwords.verify(subject, PASSWORD)
        assert passwords.state(subject) is None

    def test_it_is_known_when_a_password_was_set(
        self, passwords: PasswordStore, subject: str
    ) -> None:
        before = passwords.state(subject)
        passwords.store(subject, passwords.prepare("another one"))
        after = passwords.state(subject)

        assert before is not None
        assert after is not None
        assert 0 < before.set_at <= after.set_at
        assert passwords.state(invented()) is None

    @pytest.mark.parametrize("password", ["\ud800", "nul\x00nul", "  ", "🔑" * 100], ids=ascii)
    def test_any_text_can_be_a_password(self, passwords: PasswordStore, password: str) -> None:
        subject = invented()

        passwords.store(subject, passwords.prepare(password))

        assert passwords.verify(subject, password)
        assert not passwords.verify(subject, password[:-1])

    def test_no_password_is_refused(self, passwords: PasswordStore) -> None:
        with pytest.raises(Rejected):
            passwords.prepare("")


class BrowserLoginContract(_Fixtures):
    """What every method does for which a server in front of us logs people in."""

    @pytest.fixture
    def browser(self, method: AuthMethod) -> BrowserLogin:
        """Return the facet that vouches for people who come through a server in front."""
        if method.browser is None:
            pytest.skip("the method is not for browsers")
        return method.browser

    @pytest.fixture
    def visits(self, browser: BrowserLogin) -> Sequence[Visit]:
        """Return visits of two people whom the server in front logged in. Override this."""
        pytest.fail(f"override the fixture `visits` of {browser}")

    @pytest.fixture
    def forgeries(self, browser: BrowserLogin) -> Sequence[Visit]:
        """Return visits of who claims to be somebody, past the server in front. Override this."""
        pytest.fail(f"override the fixture `forgeries` of {browser}")

    @pytest.fixture
    def nobodies(self, browser: BrowserLogin) -> Sequence[Visit]:
        """Return visits of who is logged in, and has no (or an empty) identifier. Override this."""
        pytest.fail(f"override the fixture `nobodies` of {browser}")

    def test_who_was_logged_in_is_vouched_for(
        self, browser: BrowserLogin, visits: Sequence[Visit]
    ) -> None:
        first, again, other = (browser.vouch(v) for v in (visits[0], visits[0], visits[1]))

        assert first.subject
        assert (first.method, first.subject) == (again.method, again.subject)
        assert first.subject != other.subject

    def test_a_visit_of_nobody_in_particular_is_left_to_other_methods(
        self, browser: BrowserLogin, visits: Sequence[Visit]
    ) -> None:
        for environment in ({}, {"REMOTE_ADDR": visits[0].peer, "HTTP_ACCEPT": "*/*"}):
            with pytest.raises(NotResponsible):
                browser.vouch(Visit(environment))

    def test_what_did_not_come_from_the_server_in_front_is_refused(
        self, browser: BrowserLogin, forgeries: Sequence[Visit]
    ) -> None:
        assert forgeries
        for visit in forgeries:
            with pytest.raises((Rejected, NotResponsible)):
                browser.vouch(visit)

    def test_an_empty_identifier_is_nobodys(
        self, browser: BrowserLogin, nobodies: Sequence[Visit]
    ) -> None:
        for visit in nobodies:
            with pytest.raises(Rejected):
                browser.vouch(visit)

    def test_a_refused_visit_is_not_repeated(
        self, browser: BrowserLogin, forgeries: Sequence[Visit], nobodies: Sequence[Visit]
    ) -> None:
        for visit in (*forgeries, *nobodies):
            with pytest.raises((Rejected, NotResponsible)) as caught:
                browser.vouch(visit)

            said = f"{caught.value!r} {visit!r}"
            told = [text for text in visit.environment.values() if len(str(text)) > 3]
            assert not [text for text in told if str(text) in said]

    def test_a_browser_is_sent_away_to_come_back(self, browser: BrowserLogin) -> None:
        target = "https://cloud.example.org/back?state=a&b=c#d"

        url = browser.departure(target)

        if url is not None:
            (name, back) = next(pair for pair in parse_qsl(urlsplit(url).query) if target in pair)
            assert name
            assert target == back


class AuthMethodContract(AuthenticatorContract, PasswordStoreContract):
    """Both facets of a login method."""

    def test_a_password_that_must_be_changed_is_good_for_nothing_else(
        self, authenticator: Authenticator, passwords: PasswordStore, subject: str
    ) -> None:
        login = PasswordLogin("jane", "default", subject, PASSWORD)
        passwords.store(subject, passwords.prepare(PASSWORD), must_change=True)

        assert isinstance(self.refusal(authenticator, login), Expired)
        wrong = self.refusal(authenticator, replace(login, password="wrong"))
        assert not isinstance(wrong, Expired)
        assert passwords.verify(subject, PASSWORD)
        state = passwords.states([subject, invented()])[subject]
        assert state.expires_at is not None

        passwords.store(subject, passwords.prepare("another one"))

        assert authenticator.authenticate(replace(login, password="another one")).subject
