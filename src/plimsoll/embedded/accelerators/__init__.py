"""Simulated accelerators: loop block devices that the kernel guards as it guards real ones.

`driver` is the program that runs on every node (a DRA driver or a device plugin, with metrics); the
modules beside it make its image, its manifests, and the component that installs both.
"""
