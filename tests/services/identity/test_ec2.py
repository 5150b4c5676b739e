# SPDX-License-Identifier: Apache-2.0
"""The keys of the EC2 and S3 APIs; requests are signed by Keystone's own client."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from keystoneclient.contrib.ec2.utils import Ec2Signer

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.errors import Forbidden, InvalidField, NotFound, Unauthenticated
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import CredentialWish, Reference, Secret, Signed

ec2 = synnefo_identity.ec2


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def demo(home):
    return home.caller("demo")


@pytest.fixture
def keys(demo):
    return ec2.create(demo, demo.user_id, demo.project_id)


@pytest.fixture
def now(clock):
    return datetime.fromtimestamp(clock.now(), UTC)


def version_2(kept, when, **changed):
    params = {
        "Action": "List *",
        "Timestamp": f"{when:%Y-%m-%dT%H:%M:%SZ}",
        "SignatureVersion": "2",
    }
    return signed(kept, params=params, **changed)


def version_4(kept, when, *, verb="GET", **changed):
    scope = f"{when:%Y%m%d}/home/ec2/aws4_request"
    access = kept.content["access"]
    headers = {
        "Host": "cloud.example:8788",
        "X-Amz-Date": f"{when:%Y%m%dT%H%M%SZ}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={access}/{scope}, "
        "SignedHeaders=host;x-amz-date, Signature=0",
    }
    params = {"Action": "List *"}
    return signed(kept, params=params, headers=headers, verb=verb, **changed)


def version_4_query(kept, when, **changed):
    params = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{kept.content['access']}/{when:%Y%m%d}/home/ec2/aws4_request",
        "X-Amz-Date": f"{when:%Y%m%dT%H%M%SZ}",
        "X-Amz-SignedHeaders": "host",
    }
    return signed(kept, params=params, headers={"Host": "cloud.example:8788"}, **changed)


def signed(kept, *, verb="GET", **request):
    told = {
        "verb": verb,
        "host": "cloud.example:8788",
        "path": "/",
        "headers": {},
        "body_hash": hashlib.sha256(b"").hexdigest(),
        **request,
    }
    signature = Ec2Signer(kept.content["secret"]).generate(told)
    return Signed(access=kept.content["access"], signature=signature, **told)


KINDS = [version_2, version_4, version_4_query]


@pytest.mark.parametrize("sign", KINDS)
def test_a_signed_request_logs_in_for_the_keys_project(home, demo, keys, now, sign):
    token = ec2.with_request(home.admin, sign(keys, now))

    assert ("ec2credential",) == token.payload.methods
    assert demo.project_id == home.claims(token.text).project_id
    assert demo.user_id == home.claims(token.text).user_id


def test_the_body_of_a_post_is_signed_by_its_hash(home, keys, now):
    request = version_4(keys, now, verb="POST")

    assert ec2.with_request(home.admin, request)
    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, replace(request, body_hash="0" * 64))


@pytest.mark.parametrize("sign", KINDS)
@pytest.mark.parametrize(
    "changed",
    [
        {"signature": "0"},
        {"verb": "POST"},
        {"host": "elsewhere.example"},
        {"path": "/else"},
        {"params": {}},
        {"access": "unknown"},
    ],
)
def test_what_was_not_signed_is_refused_and_says_no_more(home, keys, now, sign, changed):
    with pytest.raises(Unauthenticated) as caught:
        ec2.with_request(home.admin, replace(sign(keys, now), **changed))

    assert str(Unauthenticated()) == str(caught.value)


@pytest.mark.parametrize("sign", KINDS)
@pytest.mark.parametrize("late_s", [-901, 901])
def test_a_request_is_timely(home, keys, clock, now, sign, late_s):
    request = sign(keys, now)
    clock.advance(late_s)

    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, request)


def test_an_unreadable_time_is_refused(home, keys, now):
    params = {"Timestamp": "noon", "SignatureVersion": "2"}

    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, signed(keys, params=params))


def test_the_date_is_the_one_that_was_signed(home, keys, now, clock):
    old = version_4(keys, datetime.fromtimestamp(clock.now() - 86400 * 3, UTC))
    fresh = {**old.headers, "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}"}

    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, replace(old, headers=fresh))


def s3_text(when):
    return "\n".join(
        ["AWS4-HMAC-SHA256", f"{when:%Y%m%dT%H%M%SZ}", f"{when:%Y%m%d}/home/s3/aws4_request", "0f"]
    )


def s3_signature(text, secret):
    """Compute the signature of version 4 by its definition."""
    key = b"AWS4" + secret.encode()
    for part in text.split("\n")[2].split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def test_s3_requests_log_in_by_their_signed_text(home, keys, now):
    access, secret = keys.content["access"], keys.content["secret"]
    old = "GET\n\n\nFri, 02 Jan 2026 10:00:00 GMT\n/box/a?b"
    by_sha1 = base64.b64encode(hmac.digest(secret.encode(), old.encode(), "sha1")).decode()
    new = s3_text(now)

    for text, signature in [(old, by_sha1), (new, s3_signature(new, secret))]:
        for encoded in (base64.b64encode(text.encode()), base64.urlsafe_b64encode(text.encode())):
            assert ec2.with_text(home.admin, access, encoded.decode(), signature)
        with pytest.raises(Unauthenticated):
            ec2.with_text(home.admin, access, base64.b64encode(b"x").decode(), signature)
        with pytest.raises(Unauthenticated):
            ec2.with_text(home.admin, "unknown", encoded.decode(), signature)


def test_signatures_of_s3_are_those_of_its_documentation():
    """The examples of the Amazon S3 Developer Guide and of its API reference."""
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    text = (
        "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"
        "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972"
    )
    expected = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"

    assert synnefo_identity.signatures.is_right_text(text, expected, secret)


@pytest.mark.parametrize("text", ["?", "ä", "/w=="])
def test_a_text_that_is_none_is_refused(home, keys, text):
    with pytest.raises(InvalidField, match="token"):
        ec2.with_text(home.admin, keys.content["access"], text, "0")


def test_a_key_ends_with_its_users_role(home, demo, keys, now):
    home.revoke(("user", demo.user_id), demo.project_id)

    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, version_4(keys, now))


def test_people_have_their_own_keys_alone(home, demo, keys):
    admin = home.caller("admin")
    own = ec2.create(admin, admin.user_id, admin.project_id)

    assert [keys] == ec2.index(demo, demo.user_id)
    for call in (
        lambda: ec2.index(demo, admin.user_id),
        lambda: ec2.create(demo, admin.user_id, ""),
    ):
        with pytest.raises(Forbidden):
            call()
    with pytest.raises(NotFound):
        ec2.show(demo, demo.user_id, own.content["access"])
    ec2.delete(demo, demo.user_id, keys.content["access"])
    with pytest.raises(NotFound):
        ec2.show(demo, demo.user_id, keys.content["access"])


@pytest.fixture
def by_program(home, demo):
    """Return a function that gives the context of a program with an application credential."""

    def by_program(**wish):
        wish = CredentialWish(name="program", **wish)
        made, secret = synnefo_identity.create_application_credential(demo, demo.user_id, wish)
        shown = Secret(id=made.id, name=None, user=Reference(), secret=secret)
        proof = synnefo_identity.with_application_credential(home.admin, shown)
        scope = synnefo_identity.credential_scope(home.admin, proof.credential_id)
        token = synnefo_identity.issue_token(home.admin, proof, scope)
        return for_claims(home.cloud, home.claims(token.text), "req-test")

    return by_program


def test_a_restricted_program_makes_no_keys(by_program, keys):
    program = by_program()

    for call in (
        lambda: ec2.create(program, program.user_id, program.project_id),
        lambda: ec2.delete(program, program.user_id, keys.content["access"]),
        lambda: synnefo_identity.credentials.update(program, keys.id, {"blob": keys.blob}),
    ):
        with pytest.raises(Forbidden):
            call()


def test_keys_that_a_program_made_have_its_roles_and_end_with_it(home, demo, by_program, now):
    home.grant(("user", demo.user_id), demo.project_id, "manager")
    program = by_program(is_unrestricted=True, roles=["reader"])
    made = ec2.create(program, program.user_id, program.project_id)
    forged = json.dumps({"access": "0b", "secret": "s", "app_cred_id": "of mine"})
    other = synnefo_identity.credentials.create(
        demo, user_id=demo.user_id, project_id=demo.project_id, kind="ec2", blob=forged
    )

    token = ec2.with_request(home.admin, version_4(made, now))
    assert {"reader"} == home.claims(token.text).roles
    assert "manager" in home.claims(ec2.with_request(home.admin, version_4(other, now)).text).roles

    synnefo_identity.delete_application_credential(
        demo, demo.user_id, program.claims.application_credential_id
    )
    with pytest.raises(Unauthenticated):
        ec2.with_request(home.admin, version_4(made, now))
