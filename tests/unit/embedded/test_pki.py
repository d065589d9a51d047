"""Certificates: who signed them, for which hosts, for which use; keys are for their owner only."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from plimsoll.embedded.addresses import Addresses
from plimsoll.embedded.pki import Pki, make_cluster_pki

RANGE = Addresses(1)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    made = Pki(tmp_path_factory.mktemp("platform") / "pki")
    make_cluster_pki(made, RANGE, nodes=2)
    return made


def _load(pki: Pki, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.certificate(name).read_bytes())


def _hosts(pki: Pki, name: str) -> set[str]:
    names = _load(pki, name).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(value) for value in names.get_values_for_type(x509.DNSName)} | {
        str(value) for value in names.get_values_for_type(x509.IPAddress)
    }


def _uses(pki: Pki, name: str) -> set[x509.ObjectIdentifier]:
    return set(_load(pki, name).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def _subject(pki: Pki, name: str, part: x509.ObjectIdentifier) -> list[str]:
    return [str(a.value) for a in _load(pki, name).subject.get_attributes_for_oid(part)]


def test_the_api_server_is_reached_by_every_name_it_has(pki: Pki) -> None:
    assert _hosts(pki, "kube-apiserver") == {
        "kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost",
        "127.0.0.1", "198.18.16.1", "198.18.17.1",
    }  # fmt: skip


def test_a_kubelet_serves_under_its_nodes_address(pki: Pki) -> None:
    assert _hosts(pki, "node2-serving") == {"node2", str(ip_address("198.18.16.12"))}


@pytest.mark.parametrize(
    ("name", "authority"),
    [
        ("kube-apiserver", "ca"), ("node1", "ca"), ("admin", "ca"), ("etcd", "etcd-ca"),
        ("etcd-client", "etcd-ca"), ("front-proxy", "front-proxy-ca"),
    ],
)  # fmt: skip
def test_each_is_signed_by_the_authority_of_its_part(pki: Pki, name: str, authority: str) -> None:
    _load(pki, name).verify_directly_issued_by(_load(pki, authority))


def test_etcd_does_not_trust_the_clusters_authority(pki: Pki) -> None:
    with pytest.raises(ValueError, match="Issuer"):
        _load(pki, "admin").verify_directly_issued_by(_load(pki, "etcd-ca"))


@pytest.mark.parametrize("name", ["admin", "node1", "kube-proxy", "apiserver-kubelet"])
def test_clients_cannot_serve(pki: Pki, name: str) -> None:
    assert _uses(pki, name) == {ExtendedKeyUsageOID.CLIENT_AUTH}


@pytest.mark.parametrize("name", ["kube-apiserver", "node1-serving", "kube-scheduler-serving"])
def test_servers_cannot_be_clients(pki: Pki, name: str) -> None:
    assert _uses(pki, name) == {ExtendedKeyUsageOID.SERVER_AUTH}


def test_a_node_is_who_the_node_authorizer_expects(pki: Pki) -> None:
    assert _subject(pki, "node1", NameOID.COMMON_NAME) == ["system:node:node1"]
    assert _subject(pki, "node1", NameOID.ORGANIZATION_NAME) == ["system:nodes"]


def test_keys_are_for_their_owner_only(pki: Pki) -> None:
    keys = list(pki.folder.glob("*.key"))
    assert len(keys) >= 15
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_the_token_key_is_in_the_form_that_kubernetes_reads(pki: Pki) -> None:
    first = pki.key("service-accounts").read_text().splitlines()[0]
    assert first == "-----BEGIN EC PRIVATE KEY-----"


def test_making_again_changes_nothing(pki: Pki) -> None:
    before = {path.name: path.read_bytes() for path in pki.folder.iterdir()}
    make_cluster_pki(pki, RANGE, nodes=2)
    assert {path.name: path.read_bytes() for path in pki.folder.iterdir()} == before


def test_a_kubeconfig_is_self_contained_and_private(pki: Pki, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    pki.kubeconfig(path, user="admin", server=RANGE.api_url, cluster="demo")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "server: https://198.18.16.1:6443" in path.read_text()
    assert str(pki.folder) not in path.read_text()
