"""Writes a submission from a run: the official checklist filled in, with its evidence beside it."""
