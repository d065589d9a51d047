"""Secure accelerator access: a pod reaches the devices that it was given, and no other."""
