"""What the platform keeps closed: towards strangers, towards its nodes, towards the host."""

from __future__ import annotations

import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from plimsoll.embedded.platform import Platform

pytestmark = pytest.mark.live


def _status_without_certificate(url: str) -> int:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, context=context, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("path", ["/version", "/readyz", "/api/v1/namespaces"])
def test_the_api_refuses_strangers(platform: Platform, path: str) -> None:
    assert _status_without_certificate(platform.addresses.api_url + path) == 401


def test_the_kubelet_refuses_strangers(platform: Platform) -> None:
    url = f"https://{platform.addresses.node(1)}:10250/pods"
    assert _status_without_certificate(url) == 401


def test_etcd_wants_a_certificate(platform: Platform) -> None:
    url = f"https://127.0.0.1:{platform.addresses.port('etcd')}/health"
    with pytest.raises((urllib.error.URLError, ssl.SSLError, ConnectionError)):
        _status_without_certificate(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "bridge"])
def test_etcd_is_out_of_reach_from_a_node(platform: Platform, host: str) -> None:
    address = str(platform.addresses.host) if host == "bridge" else host
    port = str(platform.addresses.port("etcd"))
    assert _connects(platform, str(platform.addresses.host), "6443")
    assert not _connects(platform, address, port)


def _connects(platform: Platform, address: str, port: str) -> bool:
    dial = ["timeout", "3", "bash", "-c", f"</dev/tcp/{address}/{port}"]
    answer = platform.run_in_node(1, dial)
    return answer.returncode == 0


def test_the_control_plane_listens_only_inside(platform: Platform) -> None:
    status = platform.folder.read_status()
    assert status is not None
    pids = {part.process.pid for part in status.parts if part.process}
    inside = {"127.0.0.1", str(platform.addresses.host)}
    lines = subprocess.run(
        ["ss", "-Hltnp"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    own = [line for line in lines if any(f"pid={pid}," in line for pid in pids)]
    assert len(own) >= 5
    assert inside >= {line.split()[3].rpartition(":")[0] for line in own}


def test_the_kubeconfig_is_for_root_only(platform: Platform) -> None:
    assert platform.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert platform.folder.path.stat().st_mode & 0o777 == 0o700


def test_no_private_key_is_readable_by_others(platform: Platform) -> None:
    keys = [*platform.folder.pki.glob("*.key"), *platform.folder.path.rglob("*.kubeconfig")]
    assert len(keys) > 10
    assert [key for key in keys if key.stat().st_mode & 0o077] == []


def test_nodes_have_no_way_out(platform: Platform) -> None:
    routes = platform.run_in_node(1, ["ip", "route"]).stdout.splitlines()
    network = str(platform.addresses.network).split(".")[:2]
    assert routes != []
    assert [route for route in routes if route.split(".")[:2] != network] == []
    assert "unreachable" in platform.run_in_node(1, ["ip", "route", "get", "192.0.2.1"]).stderr


def test_lost_addresses_end_on_the_host(platform: Platform) -> None:
    """Pods of nodes that may still come have a route to the bridge, where nobody answers yet."""
    addresses = platform.addresses
    for network in (addresses.pods, addresses.services):
        answer = subprocess.run(
            ["ip", "route", "get", str(network[-2])], capture_output=True, text=True, check=False
        )
        assert answer.returncode != 0 or f" dev {addresses.bridge} " in answer.stdout


def test_the_host_does_not_forward(platform: Platform) -> None:
    assert Path("/proc/sys/net/ipv4/ip_forward").read_text().strip() == "0"
    assert platform.run_in_node(1, ["cat", "/proc/sys/net/ipv4/ip_forward"]).stdout.strip() == "1"


def test_the_host_keeps_its_settings(platform: Platform) -> None:
    inside = platform.run_in_node(1, ["cat", "/proc/sys/vm/overcommit_memory"]).stdout.strip()
    assert inside == "1"
    assert Path("/proc/sys/vm/overcommit_memory").read_text().strip() != "1"


def test_the_host_has_no_firewall_rules_of_ours(platform: Platform) -> None:
    rules = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True)
    assert "kube" not in rules.stdout
    assert "kube-proxy" in platform.run_in_node(1, ["nft", "list", "ruleset"]).stdout


def test_nothing_is_written_to_the_host(platform: Platform) -> None:
    fixed = ["/var/lib/kubelet", "/var/lib/cni", "/var/log/pods", "/run/containerd", "/etc/cdi"]
    assert [path for path in fixed if Path(path).exists()] == []
