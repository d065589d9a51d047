"""Audits of submissions: what kind of evidence stands behind each cell, and what contradicts it."""
