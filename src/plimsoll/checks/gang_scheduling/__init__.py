"""gang_scheduling: a group of pods starts entirely or not at all, by behaviour.

Scarcity is made and proven by plain pods that bind in part; a gang of the same pods in the same
room must not bind at all, wait with a reason, and start whole when room returns. Findings are
grouped by engine, mode and kind of resource, since engines differ in what they count.
"""
