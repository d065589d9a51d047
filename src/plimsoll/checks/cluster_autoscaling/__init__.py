"""Accelerator pods that wait bring a node, and an idle node goes."""
