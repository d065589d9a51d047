"""What is asked of admission: the corrected object, the wrong one, the corrected one again.

Nothing is stored. A webhook that has just seen what a corrected object refers to may need a moment,
so the first question is repeated until it is answered with yes or time is up.
"""

from __future__ import annotations

import asyncio

from plimsoll.adapters.operators.schema import problems, rules_on, schema_of
from plimsoll.checks.robust_controller.scene import Scene

_PAUSE = 1.0


async def play(scene: Scene) -> None:
    """Write what admission and the schema say."""
    operator, name = scene.operator, scene.name("dry")
    corrected = operator.corrected(scene.ask, name)
    wrong = operator.wrong(scene.ask, name)
    _compare_with_schema(scene, wrong)
    deadline = asyncio.get_running_loop().time() + scene.budget("admission").seconds
    while not await scene.dry_run("corrected", corrected):
        if asyncio.get_running_loop().time() > deadline:
            return
        await asyncio.sleep(_PAUSE)
    await scene.dry_run("wrong", wrong)
    await scene.dry_run("corrected again", corrected)


def _compare_with_schema(scene: Scene, wrong: dict[str, object]) -> None:
    operator = scene.operator
    version = str(wrong["apiVersion"]).rpartition("/")[2]
    schema = schema_of(scene.found.definition, version)
    prepared = scene.harness.prepared(wrong)
    scene.note(
        "schema",
        readable=bool(schema),
        problems=problems(prepared, schema),
        rules=rules_on(schema, operator.wrong_field),
        field=".".join(operator.wrong_field),
        why_wrong=operator.why_wrong,
    )
