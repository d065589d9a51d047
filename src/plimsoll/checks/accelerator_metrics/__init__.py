"""Accelerator metrics: each accelerator's use is told by an endpoint, and the numbers are true."""
