"""Cells that are missing, changed, misplaced, or say what does not go together."""

from __future__ import annotations

from tests.unit.lint.cases.case import Case, Change

_OPERATOR = """\
  operator:
    - id: robust_controller
      description: "What robust_controller asks."
      level: MUST
      status: "Implemented"  # as tested
      evidence:
        - "robust_controller.md"
      notes: ""
"""
_AUTOSCALING = """\
    - id: cluster_autoscaling
      description: "What cluster_autoscaling asks."
      level: MUST
      status: "Implemented"  # as tested
      evidence:
        - "cluster_autoscaling.md"
      notes: ""
"""
_OPEN = """\
      status: ""
      evidence: []
      notes: ""
"""


def _autoscaling(status: str, notes: str, *, results: bool = True) -> tuple[Change, ...]:
    """Return the change of the cell's status and notes; with `results`, as v1.37 has the cell."""
    old = _AUTOSCALING
    if results:
        old = old.replace('scaling.md"\n', 'scaling.md"\n        - "junit.xml"\n')
    new = old.replace('"Implemented"', f'"{status}"').replace('notes: ""', f'notes: "{notes}"')
    return ((old, new),)


CASES = (
    Case(
        rule="category-missing",
        change=((_OPERATOR, ""),),
        at="accelerators:",
        says="operator",
        official=True,
    ),
    Case(
        rule="category-missing",
        change=(("  operator:", "  Operator:"),),
        at="Operator",
        official=True,
    ),
    Case(
        rule="category-unknown",
        change=(("  operator:", "  storage: []\n  operator:"),),
        at="storage",
    ),
    Case(
        rule="requirement-missing",
        change=((_AUTOSCALING, ""),),
        at="schedulingOrchestration",
        says="cluster_autoscaling",
        official=True,
    ),
    Case(
        rule="requirement-category",
        change=((_AUTOSCALING, ""), ("  operator:\n", f"  operator:\n{_AUTOSCALING}")),
        at="id: cluster_autoscaling",
        official=True,
    ),
    Case(
        rule="requirement-unknown",
        change=(("id: gang_scheduling", "id: gang-scheduling"),),
        at="gang-scheduling",
        says="gang-scheduling",
    ),
    Case(
        rule="requirement-unknown",
        change=(("    - id: gang_scheduling\n      desc", "    - desc"),),
        says="without an `id`",
        at="description",
    ),
    Case(
        rule="requirement-duplicate",
        change=((_AUTOSCALING, _AUTOSCALING + _AUTOSCALING),),
        at="id: cluster_autoscaling",
    ),
    Case(
        rule="level-changed",
        change=(("level: MUST", "level: SHOULD"),),
        at="level: SHOULD",
        says="MUST",
    ),
    Case(
        rule="description-changed",
        change=(("What robust_controller asks.", "What robust_controller may ask."),),
        checklist="v1.36",
        at="may ask",
        says="“may ask.” where the checklist has “asks.”",
    ),
    Case(
        rule="cell-key-missing",
        change=((_AUTOSCALING, _AUTOSCALING.replace('      notes: ""\n', "")),),
        at="id: cluster_autoscaling",
        says="`notes`",
    ),
    Case(
        rule="cell-key-unknown",
        change=((_AUTOSCALING, _AUTOSCALING.replace("notes:", "note:")),),
        at="note:",
    ),
    Case(
        rule="status-unknown",
        change=_autoscaling("implemented", "", results=False),
        at="implemented",
        official=True,
    ),
    Case(
        rule="status-unknown",
        change=((_OPEN, _OPEN.replace("[]", '["gpu_sharing.md"]')),),
        at="status",
        says="and evidence is given",
        official=True,
    ),
    Case(
        rule="must-not-implemented",
        change=_autoscaling("N/A", "There is no autoscaler.", results=False),
        at="N/A",
        official=True,
    ),
    Case(
        rule="must-not-implemented",
        version="v1.37",
        change=_autoscaling("Partially Implemented", "Up alone."),
        at="Partially",
        official=True,
        fine=_autoscaling("N/A", "There is no autoscaler."),
    ),
    Case(
        rule="must-not-applicable",
        version="v1.37",
        change=_autoscaling("N/A", "There is no autoscaler."),
        at="N/A",
    ),
    Case(
        rule="not-applicable-without-reason",
        version="v1.37",
        change=_autoscaling("N/A", " "),
        at="notes",
        official=True,
        fine=_autoscaling("N/A", "There is no autoscaler."),
    ),
    Case(
        rule="implemented-without-evidence",
        change=(('evidence:\n        - "ai_inference.md"', "evidence: []"),),
        at="evidence: []",
        fine=((_OPEN, _OPEN.replace('status: ""', 'status: "Not Implemented"')),),
    ),
    Case(
        rule="evidence-blank",
        change=(('- "ai_inference.md"', '- "ai_inference.md"\n        - ""'),),
        at='- ""',
    ),
    Case(
        rule="evidence-blank",
        change=(('- "ai_inference.md"', '- "ai_inference.md"\n        - " "'),),
        at='- " "',
        official=True,
    ),
    Case(
        rule="evidence-twice",
        change=(('- "ai_inference.md"', '- "ai_inference.md"\n        - "ai_inference.md"'),),
        at="ai_inference.md",
        fine=(('- "ai_inference.md"', '- "ai_inference.md"\n        - "ai_inference.md#x"'),),
    ),
)
