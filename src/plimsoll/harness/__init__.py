"""What a check works with: cluster, journal, recorder, pods, probes, time limits, clean-up.

Promises that a check cannot change a cluster without a trace: what it creates is journalled before
and marked, what it sees is a fact, and what it leaves is removed or named.
"""

from plimsoll.harness.budgets import Budget
from plimsoll.harness.cluster import Cluster
from plimsoll.harness.errors import BlockedError, ClusterError, RefusedError, Timeout
from plimsoll.harness.harness import Harness
from plimsoll.harness.needs import Demand, Needs, PlannedObject, Rule, Subject
from plimsoll.harness.options import Options
from plimsoll.harness.preflight import Sample, another_namespace
from plimsoll.harness.watch import Watch

__all__ = [
    "BlockedError",
    "Budget",
    "Cluster",
    "ClusterError",
    "Demand",
    "Harness",
    "Needs",
    "Options",
    "PlannedObject",
    "RefusedError",
    "Rule",
    "Sample",
    "Subject",
    "Timeout",
    "Watch",
    "another_namespace",
]
