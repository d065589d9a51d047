"""From a kubeconfig to an HTTP client, with every way in which that fails said plainly.

lightkube brings authentication and TLS; here stand the rules of kubectl that it leaves out:
several files in $KUBECONFIG, and credential plugins that speak the v1 protocol.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import httpx2
import msgspec
from lightkube import AsyncClient as ExecClient
from lightkube.config.client_adapter import AsyncClient, ConnectionParams
from lightkube.config.kubeconfig import SERVICE_ACCOUNT, KubeConfig, SingleConfig
from lightkube.config.models import NameValue
from lightkube.core.exceptions import ConfigError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plimsoll.errors import PlimsollError

_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_PATHS = {
    "clusters": ("cluster", ("certificate-authority",)),
    "users": ("user", ("client-certificate", "client-key", "tokenFile")),
}
_WHERE_TO_LOOK = (
    "give --kubeconfig FILE, set KUBECONFIG, or start a cluster here: `plimsoll check --embedded`"
)


class KubeconfigError(PlimsollError):
    """There is no kubeconfig, or it does not describe a cluster to connect to."""


class Connection:
    """How to reach one cluster: `http` for everything, `exec` for commands in containers."""

    def __init__(self, config: SingleConfig) -> None:
        self.context = config.context_name
        self.server = config.cluster.server
        try:
            self.http = AsyncClient(config, ConnectionParams(timeout=_TIMEOUT))
            self.exec = ExecClient(config=config, timeout=_TIMEOUT)
        except (ConfigError, OSError, ValueError, ssl.SSLError, httpx2.InvalidURL) as error:
            raise KubeconfigError(
                f"the context {self.context!r} of the kubeconfig cannot be used: {error}",
                next_step="check its certificate and user entries with `kubectl cluster-info`",
            ) from error

    async def close(self) -> None:
        """Close all connections."""
        await self.http.aclose()
        await self.exec.close()


def connect(kubeconfig: str = "", context: str = "") -> Connection:
    """Return a connection to the cluster that kubectl would use; nothing is sent yet.

    `kubeconfig` and `context` are what the user named, empty for kubectl's defaults. Raises
    KubeconfigError.
    """
    config = _load(kubeconfig)
    try:
        single = config.get(context or None)
    except ConfigError as error:
        known = ", ".join(sorted(config.contexts)) or "none"
        raise KubeconfigError(
            f"the kubeconfig has no context to use: {error}",
            next_step=f"give --context NAME; it has: {known}",
        ) from error
    except KeyError as error:
        raise KubeconfigError(
            f"the context {context or config.current_context!r} names {error}, "
            "which the kubeconfig does not have",
            next_step="repair the kubeconfig or give another --context",
        ) from error
    if single is None or single.user is None:
        raise KubeconfigError(
            f"the context {context or config.current_context!r} has no user",
            next_step="add a user to that context or give another --context",
        )
    return Connection(_speak_exec_v1(single))


def _load(kubeconfig: str) -> KubeConfig:
    if not kubeconfig and "KUBECONFIG" not in os.environ and Path(SERVICE_ACCOUNT).is_dir():
        return KubeConfig.from_service_account()
    text = kubeconfig or os.environ.get("KUBECONFIG") or "~/.kube/config"
    named = [Path(part).expanduser() for part in text.split(os.pathsep) if part]
    present = [path for path in named if path.is_file()]
    if not present:
        raise KubeconfigError(
            f"there is no kubeconfig: {text} does not exist", next_step=_WHERE_TO_LOOK
        )
    try:
        return KubeConfig.from_dict(_merged([_read(path) for path in present]))
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise KubeconfigError(
            f"{text} is not a kubeconfig: {error!r}", next_step=_WHERE_TO_LOOK
        ) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text())
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise KubeconfigError(
            f"the kubeconfig {path} cannot be read: {' '.join(str(error).split())}",
            next_step=_WHERE_TO_LOOK,
        ) from error
    if not isinstance(document, dict) or not document.get("clusters"):
        raise KubeconfigError(
            f"{path} is not a kubeconfig: it names no cluster", next_step=_WHERE_TO_LOOK
        )
    for plural, (singular, keys) in _PATHS.items():
        for entry in document.get(plural) or []:
            body = entry.get(singular) or {}
            body.update({key: str(path.parent / body[key]) for key in keys if body.get(key)})
    return document


def _merged(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """As kubectl merges: the first file that sets a value or names an entry wins."""
    merged: dict[str, Any] = {"current-context": None, "clusters": [], "contexts": [], "users": []}
    for document in documents:
        merged["current-context"] = merged["current-context"] or document.get("current-context")
        for plural in ("clusters", "contexts", "users"):
            known = {entry["name"] for entry in merged[plural]}
            merged[plural] += [e for e in document.get(plural) or [] if e["name"] not in known]
    return merged


def _speak_exec_v1(config: SingleConfig) -> SingleConfig:
    """Let credential plugins of the v1 protocol work: lightkube knows only its identical betas."""
    plugin = config.user.exec if config.user else None
    if plugin is None or config.user is None:
        return config
    info = {
        "apiVersion": plugin.apiVersion,
        "kind": "ExecCredential",
        "spec": {"interactive": False},
    }
    said = NameValue(name="KUBERNETES_EXEC_INFO", value=msgspec.json.encode(info).decode())
    adapted = msgspec.structs.replace(
        plugin,
        apiVersion="client.authentication.k8s.io/v1beta1",
        env=[*(plugin.env or []), said],
    )
    return config._replace(user=msgspec.structs.replace(config.user, exec=adapted))
