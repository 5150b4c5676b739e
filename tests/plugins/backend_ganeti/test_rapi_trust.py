# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_ganeti.rapi import Authority, Insecure, PinnedCertificate, errors
from tests.plugins.backend_ganeti.rapi_server import make_certificate, serve


def test_the_pinned_certificate_is_trusted_without_a_host_name(server, client):
    server.replay("get-info")

    assert client.info()


def test_a_fingerprint_may_have_colons(endpoint):
    digits = endpoint.trust.fingerprint.upper()
    spaced = ":".join(digits[at : at + 2] for at in range(0, 64, 2))

    assert endpoint.trust == PinnedCertificate(spaced)


@pytest.mark.parametrize("fingerprint", ["", "ab:cd", "g" * 64])
def test_what_is_no_fingerprint_is_not_pinned(fingerprint):
    with pytest.raises(ValueError):
        PinnedCertificate(fingerprint)


def test_a_file_without_certificate_is_not_pinned():
    with pytest.raises(ValueError):
        PinnedCertificate.from_pem("-----BEGIN PRIVATE KEY-----")


def test_another_certificate_of_the_same_name_gets_no_request(server, connect, tmp_path):
    other = PinnedCertificate.from_pem(make_certificate(tmp_path).read_text())

    with pytest.raises(errors.CertificateRejected) as caught:
        connect(trust=other).start_instance("snf-1")

    assert [] == server.received
    assert not caught.value.may_have_submitted
    assert not caught.value.is_transient


def test_an_authority_vouches_for_its_host_names_only(connect, certificate):
    with pytest.raises(errors.CertificateRejected):
        connect(trust=Authority(certificate.read_text())).info()


def test_an_authority_vouches_for_its_host_names(connect, tmp_path):
    path = make_certificate(tmp_path, address="localhost")

    with serve(path) as server:
        server.replay("get-info")
        client = connect(url=f"https://localhost:{server.port}", trust=Authority(path.read_text()))

        assert client.info()


def test_the_system_does_not_know_a_cluster_of_its_own_making(connect):
    with pytest.raises(errors.CertificateRejected):
        connect(trust=Authority()).info()


def test_insecure_trusts_anybody_and_says_so(server, connect, caplog):
    server.replay("get-info")

    assert connect(trust=Insecure()).info()
    assert "not checked" in caplog.text


def test_a_server_without_tls_is_no_cluster(connect, plain_port):
    with pytest.raises(errors.ConnectionFailed):
        connect(url=f"https://127.0.0.1:{plain_port}").info()
