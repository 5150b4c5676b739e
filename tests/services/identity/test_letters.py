# SPDX-License-Identifier: Apache-2.0
"""Letters: sent at least once, never for what did not happen, and never more than a letter."""

import socket
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from synnefo_core.testing.fixtures import StillClock
from synnefo_identity.letters import Letter, Link, write
from synnefo_identity.letters.delivery import retry
from synnefo_identity.letters.models import ParkedLetterRow
from tests.services.identity.post import running

ANN = "ann@example.org"
LETTER = Letter("account_accepted", ANN, {"name": "Ann", "login": "ann"})


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def cloud_settings(mailbox):
    return mailbox.settings


@pytest.fixture
def send(context, worker):
    """Return a function that writes a letter and lets the worker send it."""

    def send(letter=LETTER):
        with context.unit_of_work() as session:
            write(context, session, letter)
        worker.drain()

    return send


@pytest.fixture
def closed_port():
    """Return a port at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def parked(context):
    with context.reading() as session:
        return session.query(ParkedLetterRow).all()


def test_a_letter_has_what_mail_needs(send, mailbox):
    send()

    letter = mailbox.only(ANN)
    assert ("Welcome to Synnefo", ANN) == (letter["Subject"], letter["To"])
    assert "Synnefo <synnefo@localhost>" == letter["From"]
    assert "auto-generated" == letter["Auto-Submitted"]
    assert letter["Message-ID"].endswith("@localhost>")
    assert "You log in as ann." in letter.get_content()


def test_what_was_rolled_back_is_told_to_nobody(context, worker, mailbox):
    def fail():
        with context.unit_of_work() as session:
            write(context, session, LETTER)
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    worker.drain()
    assert [] == mailbox.letters()


def test_a_letter_waits_for_a_server_that_is_away(
    cloud, context, send, mailbox, closed_port, clock
):
    cloud.config.set_override("port", closed_port, "mail")
    send()
    assert 1 == len(parked(context))
    clock.advance(61)
    retry(context)
    assert [2] == [row.attempts for row in parked(context)]

    cloud.config.set_override("port", mailbox.port, "mail")
    retry(context)
    assert [] == mailbox.letters()
    clock.advance(241)
    retry(context)

    assert "Welcome to Synnefo" == mailbox.only(ANN)["Subject"]
    assert [] == parked(context)


def test_letters_rest_while_the_server_is_known_to_be_away(
    cloud, context, send, mailbox, closed_port, clock
):
    cloud.config.set_override("port", closed_port, "mail")
    send()
    cloud.config.set_override("port", mailbox.port, "mail")

    send()
    assert 2 == len(parked(context))
    clock.advance(31)
    send()

    assert (2, 1) == (len(parked(context)), len(mailbox.letters()))


def test_a_letter_is_given_up_after_days(cloud, context, send, closed_port, clock):
    cloud.config.set_override("port", closed_port, "mail")
    send()

    for _ in range(80):
        clock.advance(3601)
        retry(context)

    assert [] == parked(context)


def test_a_recipient_whom_the_server_does_not_know_is_forgotten(context, send, mailbox):
    send(Letter("account_accepted", "nobody@example.org", LETTER.facts))

    assert ([], []) == (mailbox.letters(), parked(context))


def test_a_recipient_whom_the_server_can_not_serve_now_is_tried_later(context, send):
    send(Letter("account_accepted", "later@example.org", LETTER.facts))

    assert 1 == len(parked(context))


def test_without_a_server_nothing_is_kept(cloud, context, send):
    cloud.config.set_override("server", "", "mail")

    send()

    assert [] == parked(context)


@pytest.mark.parametrize(
    "address",
    [
        "ann@example.org\r\nBcc: eve@example.org",
        "ann@example.org\nX: y",
        "ann@example.org, eve@example.org",
        "not an address",
        "",
    ],
)
def test_an_address_can_not_add_a_header_or_a_recipient(context, send, mailbox, address):
    send(Letter("account_accepted", address, LETTER.facts))

    assert ([], []) == (mailbox.letters(), parked(context))


def test_a_fact_in_a_subject_stays_in_its_line(send, mailbox):
    email = "ann@example.org\r\nBcc: eve@example.org\r\n\r\nBuy!"
    send(
        Letter(
            "moderation_pending",
            "boss@example.org",
            {"name": "Ann\nX: y", "email": email, "user_id": "u1"},
        )
    )

    letter = mailbox.only("boss@example.org")
    assert (None, None) == (letter["Bcc"], letter["X"])
    assert "Bcc: eve@example.org Buy!" in letter["Subject"]


def test_letters_speak_all_languages(send, mailbox):
    send(
        Letter(
            "moderation_pending", ANN, {"name": "Ελένη", "email": "ελ@example.org", "user_id": "u"}
        )
    )

    letter = mailbox.only(ANN)
    assert "ελ@example.org" in str(make_header(decode_header(letter["Subject"])))
    assert "Ελένη" in letter.get_content()


def test_facts_are_not_texts(send, mailbox):
    send(Letter("account_accepted", ANN, {"name": "$login ${site} $", "login": "ann"}))

    assert "Hello $login ${site} $," in mailbox.only(ANN).get_content()


def test_an_operator_has_texts_of_their_own(cloud, send, mailbox, tmp_path):
    (tmp_path / "account_accepted.txt").write_text("Γεια\n\n$name, $site!\n", encoding="utf-8")
    cloud.config.set_override("templates", str(tmp_path), "mail")
    cloud.config.set_override("site_name", "Nephos", "mail")

    send()

    letter = mailbox.only(ANN)
    assert ("Γεια", "Ann, Nephos!") == (letter["Subject"], letter.get_content().strip())


def test_a_text_that_can_not_be_filled_in_waits_for_the_operator(
    cloud, context, send, mailbox, tmp_path, clock
):
    text = tmp_path / "account_accepted.txt"
    text.write_text("Hello $nmae\n\n")
    cloud.config.set_override("templates", str(tmp_path), "mail")
    send()
    assert 1 == len(parked(context))

    text.write_text("Hello $name\n\n")
    clock.advance(61)
    retry(context)

    assert "Hello Ann" == mailbox.only(ANN)["Subject"]


def test_a_link_leads_to_the_page_of_the_operator(cloud, send, mailbox):
    cloud.config.set_override("page_url", "https://cloud.example.org/me", "mail")
    facts = {"name": "Ann", "days": "7"}

    send(Letter("registration_verify", ANN, facts, Link("verify", "u1", 60.0)))

    text = mailbox.only(ANN).get_content()
    assert "https://cloud.example.org/me#verify=" in text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the files of a certificate for 127.0.0.1 and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(private)
    return folder / "certificate.pem", folder / "key.pem"


def _usage():
    names = (
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(digital_signature=True, key_cert_sign=True, **dict.fromkeys(names, False))


def test_a_server_is_believed_by_its_certificate_only(
    cloud, context, send, certificate, tmp_path, clock
):
    with running(tmp_path, *certificate) as mailbox:
        for name, value in {
            "port": mailbox.port,
            "security": "starttls",
            "username": "cloud",
            "password": "secret",
        }.items():
            cloud.config.set_override(name, value, "mail")
        send()
        assert ([], 1) == (mailbox.letters(), len(parked(context)))

        cloud.config.set_override("ca_file", str(certificate[0]), "mail")
        clock.advance(61)
        retry(context)

        assert "Welcome to Synnefo" == mailbox.only(ANN)["Subject"]


def test_a_server_that_does_not_encrypt_gets_no_letter(cloud, context, send, mailbox):
    cloud.config.set_override("security", "starttls", "mail")

    send()

    assert ([], 1) == (mailbox.letters(), len(parked(context)))
