# SPDX-License-Identifier: Apache-2.0
"""What a keypair is made of: keys of OpenSSH, and certificates by which Windows lets people in."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from synnefo_core.errors import InvalidField

SSH, X509 = "ssh", "x509"
"""The types of keypairs."""

RSA_BITS = 3072

_LIFE = timedelta(days=3650)
_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_UTF8_STRING = 0x0C
_FIELD = "keypair.public_key"


def fingerprint(public_key: str, key_type: str = SSH) -> str:
    """Return the fingerprint of a public key: MD5 of OpenSSH's blob, SHA-1 of a certificate.

    Raises:
        InvalidField: It is not of this type.
    """
    digest = _of_certificate(public_key) if key_type == X509 else _of_ssh(public_key)
    return digest.hex(":")


def _of_ssh(public_key: str) -> bytes:
    try:
        serialization.load_ssh_public_key(public_key.encode())
        blob = base64.b64decode(public_key.split()[1], validate=True)
    except (ValueError, IndexError, binascii.Error, UnsupportedAlgorithm) as cause:
        raise InvalidField(_FIELD, "it is not an OpenSSH public key") from cause
    return hashlib.md5(blob, usedforsecurity=False).digest()


def _of_certificate(public_key: str) -> bytes:
    try:
        certificate = x509.load_pem_x509_certificate(public_key.encode())
    except ValueError as cause:
        raise InvalidField(_FIELD, "it is not an X.509 certificate in PEM") from cause
    return certificate.fingerprint(hashes.SHA1())  # noqa: S303  # what Windows and Nova show


def generate(key_type: str, user_id: str, now: float) -> tuple[str, str]:
    """Return a new pair, what is public and what is private; takes a while.

    Of a certificate the private part is PKCS #12 without a password, in base64.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return _certified(key, user_id, now) if key_type == X509 else _ssh(key)


def _ssh(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    public = key.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return f"{public.decode()} Generated-by-Synnefo", private.decode()


def _certified(key: rsa.RSAPrivateKey, user_id: str, now: float) -> tuple[str, str]:
    """Return a certificate that names a user as WinRM wants it, and the key with it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user_id[:64])])
    begin = datetime.fromtimestamp(now, UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + _LIFE)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_principal(user_id)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    bundle = pkcs12.serialize_key_and_certificates(
        None, key, certificate, None, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    return public.decode(), base64.b64encode(bundle).decode()


def _principal(user_id: str) -> x509.OtherName:
    text = f"{user_id[:64]}@localhost".encode()
    return x509.OtherName(_PRINCIPAL_NAME, bytes([_UTF8_STRING, len(text)]) + text)
