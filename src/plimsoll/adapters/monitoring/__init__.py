"""Monitoring systems: where they are, how to ask them, and how a workload opts in."""
