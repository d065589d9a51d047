"""Plimsoll proves by behaviour what a Kubernetes platform for AI really does."""

from __future__ import annotations

__version__ = "0.1.0"
