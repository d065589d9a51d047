"""Keys and certificates of one platform: made once, kept in its folder, trusted nowhere else.

Three authorities, so that none can speak for another: the cluster's, the aggregation layer's
(front-proxy), and etcd's. Every certificate has only the use that its holder needs.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.state import write_atomically

_LIFETIME = datetime.timedelta(days=365)
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
LOOPBACK = IPv4Address("127.0.0.1")

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Pki:
    """The key folder of one platform; making a pair that exists already does nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def certificate(self, name: str) -> Path:
        """Return where the certificate of that name is."""
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        """Return where the private key of that name is."""
        return self.folder / f"{name}.key"

    def authority(self, name: str) -> None:
        """Make a self-signed authority."""
        if self.certificate(name).exists():
            return
        key = self._new_key(name)
        subject = _name(f"plimsoll-{name}", "")
        builder = certificate_builder(subject, subject, key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self._save(name, builder.sign(key, hashes.SHA256()))

    def signing_key(self, name: str) -> None:
        """Make a key without a certificate, in the SEC 1 form that Kubernetes reads tokens with."""
        if not self.key(name).exists():
            self._new_key(name)

    def issue(
        self,
        name: str,
        *,
        authority: str,
        common_name: str,
        organisation: str = "",
        uses: Sequence[x509.ObjectIdentifier],
        hosts: Sequence[str | IPv4Address] = (),
    ) -> None:
        """Make a key and a certificate signed by `authority` for `hosts` and `uses`."""
        if self.certificate(name).exists():
            return
        issuer = x509.load_pem_x509_certificate(self.certificate(authority).read_bytes())
        signer = serialization.load_pem_private_key(self.key(authority).read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 - written by _new_key
        key = self._new_key(name)
        builder = (
            certificate_builder(_name(common_name, organisation), issuer.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        )
        if hosts:
            alternatives = [
                x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)
                for host in hosts
            ]
            builder = builder.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            )
        self._save(name, builder.sign(signer, hashes.SHA256()))

    def kubeconfig(self, path: Path, *, user: str, server: str, cluster: str) -> None:
        """Write a self-contained kubeconfig, mode 0600, with the certificate of `user`."""
        name = f"plimsoll-{cluster}"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"""apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster:
    server: {server}
    certificate-authority-data: {_base64(self.certificate("ca"))}
users:
- name: {name}
  user:
    client-certificate-data: {_base64(self.certificate(user))}
    client-key-data: {_base64(self.key(user))}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {name}
"""
        write_atomically(path, text.encode())

    def _new_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        write_atomically(self.key(name), pem)
        return key

    def _save(self, name: str, certificate: x509.Certificate) -> None:
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        write_atomically(self.certificate(name), pem, mode=0o644)


def make_cluster_pki(pki: Pki, addresses: Addresses, nodes: int) -> None:
    """Make every key and certificate that a platform with `nodes` nodes needs."""
    for authority in ("ca", "front-proxy-ca", "etcd-ca"):
        pki.authority(authority)
    pki.signing_key("service-accounts")
    api_names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    pki.issue(
        "kube-apiserver",
        authority="ca",
        common_name="kube-apiserver",
        uses=[SERVER],
        hosts=[*api_names, "localhost", LOOPBACK, addresses.host, addresses.api_service],
    )
    for name in ("kube-controller-manager", "kube-scheduler"):
        pki.issue(name, authority="ca", common_name=f"system:{name}", uses=[CLIENT])
        pki.issue(
            f"{name}-serving",
            authority="ca",
            common_name=name,
            uses=[SERVER],
            hosts=["localhost", LOOPBACK],
        )
    pki.issue("kube-proxy", authority="ca", common_name="system:kube-proxy", uses=[CLIENT])
    masters = {"organisation": "system:masters", "authority": "ca"}
    pki.issue("admin", common_name="plimsoll-admin", uses=[CLIENT], **masters)
    pki.issue("apiserver-kubelet", common_name="apiserver-kubelet", uses=[CLIENT], **masters)
    pki.issue("front-proxy", authority="front-proxy-ca", common_name="front-proxy", uses=[CLIENT])
    etcd_uses = [SERVER, CLIENT]
    pki.issue("etcd", authority="etcd-ca", common_name="etcd", uses=etcd_uses, hosts=[LOOPBACK])
    pki.issue("etcd-client", authority="etcd-ca", common_name="kube-apiserver", uses=[CLIENT])
    for number in range(1, nodes + 1):
        make_node_pki(pki, addresses, number)


def make_node_pki(pki: Pki, addresses: Addresses, number: int) -> None:
    """Make the client and the serving certificate of one node's kubelet."""
    node = f"node{number}"
    identity = {"common_name": f"system:node:{node}", "organisation": "system:nodes"}
    pki.issue(node, authority="ca", uses=[CLIENT], **identity)
    pki.issue(
        f"{node}-serving",
        authority="ca",
        uses=[SERVER],
        hosts=[node, addresses.node(number)],
        **identity,
    )


def _name(common_name: str, organisation: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if organisation:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey
) -> x509.CertificateBuilder:
    """Return the beginning of every certificate here: names, key, serial number, a year's life."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
    )


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
