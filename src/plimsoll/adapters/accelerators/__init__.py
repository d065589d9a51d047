"""Accelerators of every make: families as data, DRA of every version, and discovery."""
