"""What is recorded of a gang's object names no node, not even in pieces."""

from __future__ import annotations

from plimsoll.checks.gang_scheduling.observe import _without_spec

CONDITION = {"type": "QuotaReserved", "status": "True"}
WORKLOAD = {
    "metadata": {"name": "gang", "uid": "u1", "labels": {"a": "b"}},
    "spec": {"queueName": "q"},
    "status": {
        "conditions": [CONDITION],
        "admission": {
            "podSetAssignments": [
                {"topologyAssignment": {"slices": [{"prefix": "their-node-", "roots": ["1"]}]}}
            ]
        },
    },
}


def test_only_conditions_are_kept_of_the_status() -> None:
    assert _without_spec(WORKLOAD) == {
        "metadata": {"name": "gang", "uid": "u1", "labels": {"a": "b"}, "ownerReferences": []},
        "status": {"conditions": [CONDITION]},
    }
