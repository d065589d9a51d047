"""Each fault of the custom metrics API changes what is asked for a pod, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from plimsoll.embedded import faults
from plimsoll.embedded.config import PlatformConfig
from plimsoll.embedded.monitoring import adapter

SECRET = {"tls.crt": "Y2VydA==", "tls.key": "a2V5", "ca.crt": "Y2E="}
OWN = "sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)"


def queries(config: PlatformConfig) -> list[str]:
    """Return the queries for values that are not rates."""
    objects = adapter.manifests(config, SECRET)
    settings = next(item for item in objects if item["kind"] == "ConfigMap")["data"]
    rules = msgspec.json.decode(settings["config.yaml"])["rules"]
    return [rule["metricsQuery"] for rule in rules if "rate(" not in rule["metricsQuery"]]


@pytest.mark.parametrize(
    ("fault", "query"),
    [
        ("", OWN),
        ("custom-metrics-constant", f"{OWN} * 0 + 10"),
        ("custom-metrics-of-another-pod", f"{OWN} * 0 + scalar(max(<<.Series>>))"),
    ],
)
def test_what_is_asked_for_a_pod(fault: str, query: str) -> None:
    config = faults.effective(PlatformConfig(faults=(fault,) if fault else ()))
    assert set(queries(config)) == {query}
