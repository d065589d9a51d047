"""The command lines of the control plane: etcd, API server, controllers and scheduler on the host.

etcd, the controllers and the scheduler listen on loopback only; the API server on the host's side
of the bridge only. All of them speak TLS and ask their clients for certificates or tokens.
"""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path

from plimsoll.embedded.addresses import API_PORT
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.keeper import Part
from plimsoll.embedded.pki import Pki
from plimsoll.embedded.state import Folder, Record

STORE = "etcd"
API_SERVER = "kube-apiserver"
CONTROLLERS = "kube-controller-manager"
SCHEDULER = "kube-scheduler"
_GANG_GATE = "GenericWorkload=true"


class ControlPlane:
    """The four parts of a platform's control plane, as its record and configuration want them."""

    def __init__(self, folder: Folder, record: Record, config: PlatformConfig) -> None:
        self._folder = folder
        self._record = record
        self._config = config
        self._pki = Pki(folder.pki)

    def store_and_api(self) -> list[Part]:
        """Return the parts that are started first: everything else needs the API."""
        return [self._etcd(), self._api_server()]

    def followers(self) -> list[Part]:
        """Return the parts that need a serving API."""
        return [self._follower(CONTROLLERS, self._controllers()), self._follower(SCHEDULER, [])]

    def write_files(self) -> None:
        """Write the kubeconfigs of the administrator and of the followers."""
        self._folder.logs.mkdir(exist_ok=True)
        files = {name: self._kubeconfig(name) for name in (CONTROLLERS, SCHEDULER)}
        for user, path in {"admin": self._folder.kubeconfig, **files}.items():
            self._pki.kubeconfig(
                path,
                user=user,
                server=self._record.addresses.api_url,
                cluster=self._record.config.name,
            )

    def _kubeconfig(self, name: str) -> Path:
        return self._folder.pki / f"{name}.kubeconfig"

    def _part(self, name: str, options: dict[str, object]) -> Part:
        return Part(
            name=name,
            command=(self._record.binaries[name], *(f"--{k}={v}" for k, v in options.items())),
            log=str(self._folder.logs / f"{name}.log"),
        )

    def _etcd(self) -> Part:
        pki, addresses = self._pki, self._record.addresses
        client = f"https://127.0.0.1:{addresses.port('etcd')}"
        peer = f"https://127.0.0.1:{addresses.port('etcd-peer')}"
        options: dict[str, object] = {
            "name": "plimsoll",
            "data-dir": self._folder.path / "etcd",
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"plimsoll={peer}",
            "client-cert-auth": "true",
            "peer-client-cert-auth": "true",
            "unsafe-no-fsync": "true",  # a platform does not outlive its machine
            "log-level": "warn",
        }
        for prefix in ("", "peer-"):
            options[f"{prefix}trusted-ca-file"] = pki.certificate("etcd-ca")
            options[f"{prefix}cert-file"] = pki.certificate("etcd")
            options[f"{prefix}key-file"] = pki.key("etcd")
        return self._part(STORE, options)

    def _api_server(self) -> Part:
        pki, addresses = self._pki, self._record.addresses
        options: dict[str, object] = {
            "bind-address": addresses.host,
            "advertise-address": addresses.host,
            "secure-port": API_PORT,
            "service-cluster-ip-range": addresses.services,
            "etcd-servers": f"https://127.0.0.1:{addresses.port('etcd')}",
            "etcd-cafile": pki.certificate("etcd-ca"),
            "etcd-certfile": pki.certificate("etcd-client"),
            "etcd-keyfile": pki.key("etcd-client"),
            "client-ca-file": pki.certificate("ca"),
            "tls-cert-file": pki.certificate(API_SERVER),
            "tls-private-key-file": pki.key(API_SERVER),
            "anonymous-auth": "false",
            "authorization-mode": "Node,RBAC",
            "enable-admission-plugins": "NodeRestriction",
            "allow-privileged": "true",
            "profiling": "false",
            "kubelet-certificate-authority": pki.certificate("ca"),
            "kubelet-client-certificate": pki.certificate("apiserver-kubelet"),
            "kubelet-client-key": pki.key("apiserver-kubelet"),
            "kubelet-preferred-address-types": "InternalIP",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": pki.key("service-accounts"),
            "service-account-signing-key-file": pki.key("service-accounts"),
            "enable-aggregator-routing": "true",
            "proxy-client-cert-file": pki.certificate("front-proxy"),
            "proxy-client-key-file": pki.key("front-proxy"),
            "requestheader-client-ca-file": pki.certificate("front-proxy-ca"),
            "requestheader-allowed-names": "front-proxy",
            "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group",
            "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        }
        if self._config.has_native_gang():
            options["feature-gates"] = _GANG_GATE
            options["runtime-config"] = "scheduling.k8s.io/v1beta1=true"
        return self._part(API_SERVER, options)

    def _controllers(self) -> list[tuple[str, object]]:
        pki = self._pki
        return [
            ("service-account-private-key-file", pki.key("service-accounts")),
            ("root-ca-file", pki.certificate("ca")),
            ("cluster-signing-cert-file", pki.certificate("ca")),
            ("cluster-signing-key-file", pki.key("ca")),
            ("use-service-account-credentials", "true"),
            # Each controller asks for a token first: with the default limits that takes 5 s.
            ("kube-api-qps", 300),
            ("kube-api-burst", 600),
            ("allocate-node-cidrs", "false"),
            # By default autoscalers look every 15 s: checks would spend their minutes waiting.
            ("horizontal-pod-autoscaler-sync-period", "5s"),
            ("horizontal-pod-autoscaler-tolerance", self._config.autoscaler_tolerance),
        ]

    def _follower(self, name: str, more: list[tuple[str, object]]) -> Part:
        kubeconfig = self._kubeconfig(name)
        options: dict[str, object] = {
            "kubeconfig": kubeconfig,
            "authentication-kubeconfig": kubeconfig,
            "authorization-kubeconfig": kubeconfig,
            "bind-address": "127.0.0.1",
            "secure-port": self._record.addresses.port(name),
            "tls-cert-file": self._pki.certificate(f"{name}-serving"),
            "tls-private-key-file": self._pki.key(f"{name}-serving"),
            # Both are given so that a part which starts before the API need not ask it for them.
            "client-ca-file": self._pki.certificate("ca"),
            "requestheader-client-ca-file": self._pki.certificate("front-proxy-ca"),
            "leader-elect": "false",
            "profiling": "false",
            **dict(more),
        }
        if self._config.has_native_gang():
            options["feature-gates"] = _GANG_GATE
        return self._part(name, options)


def api_answers(folder: Folder, record: Record, *, seconds: float = 2) -> bool:
    """Return whether the API server says within `seconds` that it is ready."""
    pki = Pki(folder.pki)
    context = ssl.create_default_context(cafile=str(pki.certificate("ca")))
    context.load_cert_chain(pki.certificate("admin"), pki.key("admin"))
    connection = http.client.HTTPSConnection(
        str(record.addresses.host), API_PORT, timeout=seconds, context=context
    )
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
