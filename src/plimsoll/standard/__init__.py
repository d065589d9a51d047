"""The checklists as facts: requirement ids, levels per version, verdict words.

Everything here is data that comes from outside Plimsoll, or a word that all other packages share.
It imports nothing of Plimsoll and does no I/O.
"""
