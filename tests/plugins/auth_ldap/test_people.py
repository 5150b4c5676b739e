# SPDX-License-Identifier: Apache-2.0
"""Who is let in, and what is told of them."""

import secrets
import socket
import traceback

import ldap
import pytest
from ldap.controls.simple import ManageDSAITControl

from synnefo_auth_ldap.connection import Entry
from synnefo_auth_ldap.people import LoginName, People
from synnefo_core.contracts.auth import (
    AuthError,
    AuthUnavailable,
    NotResponsible,
    PasswordLogin,
    Rejected,
)
from tests.system.labs.ldap import GROUPS, PASSWORD, PEOPLE, READER, person

pytestmark = pytest.mark.system

DIRECT = {"direct_bind": f"uid={{name}},{PEOPLE}"}
ALONE = {**DIRECT, "bind_dn": "", "bind_password": ""}

INJECTIONS = [
    "*",
    "u0000*",
    "u00001)(uid=*",
    "u00001)(|(uid=*",
    "*)(objectClass=*",
    "u00001))(|(uid=*",
    "\\2a",
    "u00001\\00",
    "u00001\x00",
    "u00001\n",
    " u00001",
    "u00001,ou=people,dc=lab,dc=test",
    "u00001+cn=Person 1",
    "cn=admin,dc=lab,dc=test",
    "",
    "u" * 300,
]


def test_what_the_directory_tells_comes_with_the_login(log_in):
    assertion = log_in("u00001", forced=["email"])

    assert {
        "name": "u00001",
        "email": "u00001@lab.test",
        "full_name": "Person 1",
        "given_name": "Ειρήνη",
        "family_name": "No1",
    } == assertion.attributes
    assert "people" == assertion.method
    assert {"email"} == assertion.forced


@pytest.mark.parametrize("way", [{}, DIRECT, ALONE], ids=["search", "direct", "alone"])
def test_a_person_is_the_same_whichever_way_the_directory_is_asked(log_in, way):
    assert log_in("u00007").subject == log_in("u00007", **way).subject


@pytest.mark.parametrize("way", [{}, DIRECT], ids=["search", "direct"])
def test_a_name_in_capitals_is_the_same_persons(log_in, way):
    assert log_in("u00007").subject == log_in("U00007", **way).subject


@pytest.mark.parametrize("way", [{}, DIRECT, ALONE], ids=["search", "direct", "alone"])
@pytest.mark.parametrize("name", INJECTIONS, ids=ascii)
def test_no_name_is_more_than_a_name(log_in, name, way):
    with pytest.raises(NotResponsible):
        log_in(name, **way)


def test_a_name_with_signs_of_filters_and_dns_is_found_all_the_same(own_lab, admin, log_in):
    name = "o(b)r*en, \\jane+x#1"
    dn = f"uid={ldap.dn.escape_dn_chars(name)},{PEOPLE}"
    entry = {"objectClass": [b"inetOrgPerson"], "cn": [b"J"], "sn": [b"O"]}
    admin.add_s(dn, [*entry.items(), ("uid", [name.encode()]), ("userPassword", [b"hers"])])

    found = {log_in(name, "hers", lab=own_lab, **way).subject for way in ({}, DIRECT, ALONE)}

    assert 1 == len(found)


def test_without_an_account_that_may_search_a_wrong_password_tells_nothing(log_in):
    with pytest.raises(NotResponsible) as wrong:
        log_in("u00001", "wrong", **ALONE)
    with pytest.raises(NotResponsible) as unknown:
        log_in("nobody", "wrong", **ALONE)

    assert str(wrong.value) == str(unknown.value)


def test_no_password_is_refused_without_asking_anybody(log_in, own_lab):
    own_lab.kill()

    with pytest.raises(Rejected):
        log_in("u00001", "", lab=own_lab)


@pytest.mark.parametrize("way", [{}, DIRECT], ids=["search", "direct"])
def test_a_person_who_is_renamed_stays_the_same(own_lab, admin, log_in, way):
    before = log_in("u00005", lab=own_lab, **way)
    admin.rename_s(person(5), "uid=u99999", delold=1)

    after = log_in("u99999", lab=own_lab, **way)

    assert before.subject == after.subject
    assert "u99999" == after.attributes["name"]
    with pytest.raises(NotResponsible):
        log_in("u00005", lab=own_lab, **way)


def test_a_person_who_moves_within_the_directory_stays_the_same(own_lab, admin, log_in):
    before = log_in("u00005", lab=own_lab)
    admin.add_s(f"ou=abroad,{PEOPLE}", [("objectClass", b"organizationalUnit"), ("ou", b"abroad")])
    admin.rename_s(person(5), "uid=u00005", f"ou=abroad,{PEOPLE}")

    assert before.subject == log_in("u00005", lab=own_lab).subject
    with pytest.raises(NotResponsible):
        log_in("u00005", lab=own_lab, user_scope="onelevel")


def test_whoever_gets_the_name_of_one_who_left_is_somebody_else(own_lab, admin, log_in):
    before = log_in("u00005", lab=own_lab)
    admin.delete_s(person(5))
    entry = {"objectClass": b"inetOrgPerson", "uid": b"u00005", "cn": b"N", "sn": b"N"}
    admin.add_s(person(5), [*entry.items(), ("userPassword", b"new")])

    assert before.subject != log_in("u00005", "new", lab=own_lab).subject


@pytest.mark.parametrize(
    "mark, attribute, value",
    [
        ("employeeType=gone", "employeeType", b"Gone"),
        ("employeeType", "employeeType", b"anything"),
        ("employeeNumber&2", "employeeNumber", b"514"),
        (None, "pwdAccountLockedTime", b"000001010000Z"),
    ],
)
@pytest.mark.parametrize("way", [{}, DIRECT, ALONE], ids=["search", "direct", "alone"])
def test_who_is_disabled_is_rejected_as_with_a_wrong_password(
    own_lab, admin, log_in, mark, attribute, value, way
):
    changes = way if mark is None else {**way, "disabled": [mark]}
    assert log_in("u00005", lab=own_lab, **changes)
    admin.modify_s(person(5), [(ldap.MOD_REPLACE, attribute, value)])

    with pytest.raises(Rejected) as disabled:
        log_in("u00005", lab=own_lab, **changes)
    with pytest.raises(Rejected) as wrong:
        log_in("u00006", "wrong", lab=own_lab)

    assert str(wrong.value) == str(disabled.value)


def test_a_number_without_the_bit_disables_nobody(own_lab, admin, log_in):
    admin.modify_s(person(5), [(ldap.MOD_REPLACE, "employeeNumber", b"512")])

    assert log_in("u00005", lab=own_lab, disabled=["employeeNumber&2"])


def test_a_name_of_two_people_is_nobodys(log_in):
    with pytest.raises(Rejected):
        log_in("Person", user_filter="(&(objectClass=inetOrgPerson)(|(uid={name})(givenName=*)))")


def test_a_person_without_the_identifier_is_the_operators_problem(log_in):
    with pytest.raises(AuthUnavailable, match="employeeNumber"):
        log_in("u00001", id_attribute="employeeNumber")


def test_another_identifier_may_be_chosen(log_in):
    assert "u00001@lab.test" == log_in("u00001", id_attribute="mail").subject


def test_people_whom_the_filter_leaves_out_are_unknown(log_in):
    only = f"(&(uid={{name}})(memberOf=cn=cloud-users,{GROUPS}))"

    assert log_in("u00001", user_filter=only)
    for way in ({}, DIRECT):
        with pytest.raises(NotResponsible):
            log_in("u00100", user_filter=only, **way)


def test_references_to_other_servers_are_not_followed(own_lab, admin, log_in):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        url = f"ldap://127.0.0.1:{elsewhere.getsockname()[1]}/{PEOPLE}"
        classes = [b"referral", b"extensibleObject"]
        for kind in ("ou=elsewhere", "uid=u77777"):
            name, _, value = kind.partition("=")
            admin.add_ext_s(
                f"{kind},{PEOPLE}",
                [("objectClass", classes), (name, value.encode()), ("ref", url.encode())],
                serverctrls=[ManageDSAITControl()],
            )

        assert log_in("u00001", lab=own_lab, groups="search")
        for way in ({}, DIRECT, ALONE):
            with pytest.raises(NotResponsible):
                log_in("u77777", lab=own_lab, **way)

        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_passwords_are_neither_shown_nor_logged(make, own_lab, caplog):
    caplog.set_level("DEBUG")
    method = make(own_lab, bind_password=PASSWORD, direct_bind=DIRECT["direct_bind"])
    wrong = "wr0ng-" + secrets.token_hex(8)
    told = []
    for name, is_up in (("u00001", True), ("nobody", True), ("*", True), ("u00001", False)):
        if not is_up:
            own_lab.kill()
        login = PasswordLogin(name, "default", None, wrong)
        with pytest.raises(AuthError) as caught:
            method.authenticator.authenticate(login)
        told += [*traceback.format_exception(caught.value), repr(login)]

    records = [repr(record.__dict__) for record in caplog.records]
    everything = "".join([*told, *records, caplog.text, repr(vars(method))])
    assert wrong not in everything
    assert f"'{PASSWORD}'" not in everything


def test_a_service_account_that_is_refused_is_the_operators_problem(log_in):
    with pytest.raises(AuthUnavailable, match="the service account was refused"):
        log_in("u00001", bind_dn=READER, bind_password="outdated")


def test_a_base_that_is_not_there_is_the_operators_problem(log_in):
    with pytest.raises(AuthUnavailable, match="ou=nowhere"):
        log_in("u00001", user_base="ou=nowhere,dc=lab,dc=test")


def test_identifiers_of_active_directory_read_as_it_shows_them():
    value = bytes.fromhex("78563412bc9af0de1122334455667788")
    entry = Entry("cn=jane", {"objectguid": [value]})

    found = People(
        "dc=x", "(cn={name})", is_deep=True, identifier="objectGUID", attributes={}, disabled=[]
    ).subject(entry)

    assert "12345678-9abc-def0-1122-334455667788" == found


@pytest.mark.parametrize("name", ["jane@other", "OTHER\\jane", "jane,x", "jane/admin"])
def test_a_name_for_another_realm_is_nobodys(name):
    assert LoginName("{name}@EXAMPLE.ORG").of(name) is None


def test_a_name_for_a_realm_is_put_together_as_it_is():
    assert "jane.doe@EXAMPLE.ORG" == LoginName("{name}@EXAMPLE.ORG").of("jane.doe")
