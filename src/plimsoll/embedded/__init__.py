"""The embedded platform: a real Kubernetes with simulated accelerators, on this machine alone.

It knows requirement ids and nothing else of checking, so that checks meet it as they meet any
other cluster.
"""
