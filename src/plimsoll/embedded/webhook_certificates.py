"""A controller's webhook certificate, made before the controller starts.

Kueue, JobSet and LeaderWorkerSet would make it themselves and then wait, up to two minutes, until
the kubelet shows them the Secret; one that is there beforehand in the form that they accept lets
them become ready within seconds.
"""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from plimsoll.embedded.pki import certificate_builder
from plimsoll.embedded.state import write_atomically

_BITS = 2048


def webhook_secret(path: Path, *, host: str, authority: str) -> dict[str, str]:
    """Return the `data` of the Secret for `host`, kept in the file `path` so that it stays.

    `authority` is the DNS name without which the controller refuses a certificate authority, such
    as `kueue-ca`.
    Values are base64 as in a Secret: ca.crt, ca.key, tls.crt, tls.key (PEM; keys in PKCS#1).
    """
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    authority_key, key = _key(), _key()
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, authority)])
    signer = (
        _builder(authority_name, authority_name, authority_key, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        _builder(subject, authority_name, key, host)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    files = {
        "ca.crt": signer.public_bytes(serialization.Encoding.PEM),
        "ca.key": _pem(authority_key),
        "tls.crt": certificate.public_bytes(serialization.Encoding.PEM),
        "tls.key": _pem(key),
    }
    data = {name: base64.b64encode(content).decode() for name, content in files.items()}
    write_atomically(path, msgspec.json.encode(data))
    return data


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, host: str
) -> x509.CertificateBuilder:
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    builder = certificate_builder(subject, issuer, key.public_key())
    return builder.add_extension(names, critical=False)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
