"""Benchmarks: each prints what it measures, its figure, its bar, and whether the bar holds.

Absolute figures depend on the machine and on what else it does, so each is the best of several
runs and is printed with the load that the machine had from others.
"""
