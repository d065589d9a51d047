"""What `accelerator_metrics` claims: the programme's items, then whether the numbers are of use."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

_QUIET = "in the idle window before, the same series of the same device kept still"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="standard-format",
        title="What an endpoint for accelerators serves is in the Prometheus text format",
        basis=Basis.CHECKLIST,
        why="A collector drops the whole page for one malformed line.",
    ),
    Claim(
        id="series-per-accelerator",
        title="Utilisation and used memory are exported as a series for each accelerator",
        basis=Basis.CHECKLIST,
        why="A sum over a node does not say which accelerator is idle or full.",
    ),
    Claim(
        id="quiet-before-load",
        title="Before the load the accelerator's utilisation and memory keep still",
        basis=Basis.KAR,
        why="Numbers that move by themselves prove nothing when they move under a load.",
        is_control=True,
    ),
    Claim(
        id="utilisation-moves",
        title="The utilisation of an accelerator follows a load on it, up and down, three times",
        basis=Basis.KAR,
        why="Capacity is planned, scaled and paid for by this number.",
        control=_QUIET,
    ),
    Claim(
        id="memory-moves",
        title="The used memory of an accelerator follows a load on it, up and down, three times",
        basis=Basis.KAR,
        why="Whether one more model fits is read from this number.",
        control=_QUIET,
    ),
    Claim(
        id="every-node-has-endpoint",
        title="Every node with accelerators has an endpoint that can be read",
        basis=Basis.STRICTER,
        why="A node that is not measured looks idle for ever.",
    ),
    Claim(
        id="identities-match-inventory",
        title="The accelerators in the metrics are exactly those in the inventory",
        basis=Basis.STRICTER,
        why="A series that cannot be joined with what was allocated is nobody's.",
    ),
    Claim(
        id="values-in-range",
        title="Every value is a number that can be: a share up to 1, memory up to its size",
        basis=Basis.STRICTER,
        why="Placeholders for missing values are averaged into dashboards and decisions.",
    ),
    Claim(
        id="values-are-fresh",
        title="Under load, what is scraped changes from one time to the next",
        basis=Basis.STRICTER,
        why="A frozen exporter looks like a busy accelerator, or like an idle one.",
    ),
    Claim(
        id="others-stay-steady",
        title="The node's other accelerators do not move with the load",
        basis=Basis.STRICTER,
        why="A load that shows on a neighbour is charged to the neighbour.",
        control="the loaded accelerator's own series moved in the same scrapes",
    ),
    Claim(
        id="returns-to-idle",
        title="After the load, utilisation and memory are back where they were",
        basis=Basis.STRICTER,
        why="Numbers that stay up keep pods and nodes that nobody uses.",
        control="under the load the same series had moved",
    ),
)
"""All claims; those from `quiet-before-load` to `memory-moves` and the last three need a load."""
