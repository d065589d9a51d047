"""Inference routing: configuration, discovery, policies and a simulated engine.

The data plane is a distribution of its own (`plimsoll-router`, imported as `plimsoll_router`); what
stands here configures it and watches for it, and nothing here runs per request unless a policy is
set. Nothing of the rest of Plimsoll is imported but its errors.
"""
