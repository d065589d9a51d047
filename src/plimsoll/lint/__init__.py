"""Lints submissions: the rules of the programme that work offline, and what they miss."""
