"""What Prometheus collects: pods and services that ask for it by the usual annotations.

`prometheus.io/scrape: "true"` opts in, `prometheus.io/port`, `path` and `scheme` say where. Every
series carries the namespace, the pod and the node that it comes from.
"""

from __future__ import annotations

from typing import Any

from plimsoll.embedded.accelerators.manifests import NAMESPACE as ACCELERATORS
from plimsoll.embedded.config import PlatformConfig

Json = dict[str, Any]

ACCELERATORS_ONLY, FIRST_VALUE = "accelerators", "first"
"""What a fault makes of the monitoring, see `PlatformConfig.monitoring`."""
INTERVAL = 5
"""Seconds between two scrapes of a target."""
PROXY_PORT = 9091
"""Where the proxy listens that a fault puts between Prometheus and its targets."""


def scrape_configuration(config: PlatformConfig) -> Json:
    """Return Prometheus' configuration file; JSON is YAML."""
    pods, services = _job("pods", "pod", "pod"), _job("services", "endpointslice", "service")
    jobs = [pods, services]
    if config.monitoring == ACCELERATORS_ONLY:
        services["kubernetes_sd_configs"][0]["namespaces"] = {"names": [ACCELERATORS]}
        jobs = [services]
    if config.monitoring == FIRST_VALUE:
        jobs = [job | {"proxy_url": f"http://127.0.0.1:{PROXY_PORT}"} for job in jobs]
    return {
        "global": {"scrape_interval": f"{INTERVAL}s", "scrape_timeout": f"{INTERVAL - 1}s"},
        "scrape_configs": jobs,
    }


def _job(name: str, role: str, asked: str) -> Json:
    """Return a job over objects of a role; `asked` is the kind whose annotations opt in."""
    annotation = f"__meta_kubernetes_{asked}_annotation_prometheus_io_"
    return {
        "job_name": name,
        # Prometheus 3 refuses a body without Content-Type unless it is told what to take it for.
        "fallback_scrape_protocol": "PrometheusText0.0.4",
        "kubernetes_sd_configs": [{"role": role}],
        "relabel_configs": [
            {"source_labels": [annotation + "scrape"], "regex": "true", "action": "keep"},
            {
                "source_labels": ["__meta_kubernetes_pod_phase"],
                "regex": "Pending|Succeeded|Failed",
                "action": "drop",
            },
            _copied(annotation + "scheme", "__scheme__", "(https?)"),
            _copied(annotation + "path", "__metrics_path__"),
            {
                "source_labels": ["__address__", annotation + "port"],
                "regex": r"([^:]+)(?::\d+)?;(\d+)",
                "replacement": "$1:$2",
                "target_label": "__address__",
            },
            _copied("__meta_kubernetes_namespace", "namespace"),
            _copied("__meta_kubernetes_service_name", "service"),
            _copied("__meta_kubernetes_pod_name", "pod"),
            _copied("__meta_kubernetes_pod_node_name", "node"),
        ],
    }


def _copied(source: str, target: str, pattern: str = "(.+)") -> Json:
    return {"source_labels": [source], "regex": pattern, "target_label": target}
