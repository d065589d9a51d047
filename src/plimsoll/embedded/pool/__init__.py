"""Nodes that come and go: what a cloud is to an autoscaler, this package is on one machine."""
