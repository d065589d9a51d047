"""The fake cluster of the harness's tests, for what the check does before any load."""

from tests.unit.harness.conftest import cluster, fake, harness, session

__all__ = ["cluster", "fake", "harness", "session"]
