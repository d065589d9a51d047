"""What `robust_controller` claims: the programme's four items, then a controller's whole life."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="operator-pods-run",
        title="The operator's pods run",
        basis=Basis.KAR,
        why="A kind without its controller is a form that nobody reads.",
    ),
    Claim(
        id="kind-is-established",
        title="The operator's kind is defined and served",
        basis=Basis.KAR,
        why="Without it there is nothing to ask the operator for.",
    ),
    Claim(
        id="corrected-object-accepted",
        title="The wrong object with only its wrong field put right is accepted",
        basis=Basis.KAR,
        why="Where everything is refused, a refusal says nothing about what is wrong.",
        is_control=True,
    ),
    Claim(
        id="wrong-object-fits-schema",
        title="The wrong object is one that the kind's schema allows",
        basis=Basis.KAR,
        why="What a schema refuses never reaches a webhook.",
        is_control=True,
    ),
    Claim(
        id="wrong-object-refused",
        title="The operator's own webhook refuses an object that makes no sense",
        basis=Basis.KAR,
        why="What is let in wrong fails hours later, on accelerators that are paid for.",
        control="the corrected object is accepted just before and just after",
    ),
    Claim(
        id="valid-object-reconciles",
        title="A valid object gets its children, with owner references, and a status that says so",
        basis=Basis.KAR,
        why="This is what an operator is for.",
    ),
    Claim(
        id="deleted-child-returns",
        title="A deleted child is made again, where the operator repairs its kind by design",
        basis=Basis.STRICTER,
        why="Drift that nobody repairs leaves work half done until somebody notices.",
    ),
    Claim(
        id="change-reaches-child",
        title="A change of the object arrives at its child",
        basis=Basis.STRICTER,
        why="An operator that only creates cannot scale, suspend or roll out.",
    ),
    Claim(
        id="status-is-current",
        title="The status says which generation of the object it speaks of, and it is the last one",
        basis=Basis.STRICTER,
        why="Tools that wait for a change read an old status as success.",
    ),
    Claim(
        id="many-objects-reconcile",
        title="Twenty objects at once all get their children",
        basis=Basis.STRICTER,
        why="Controllers that work for one object can starve or lose some of many.",
    ),
    Claim(
        id="deletion-leaves-nothing",
        title="Deleted objects go, with their children and pods, and no finalizer holds them",
        basis=Basis.STRICTER,
        why="What stays behind holds accelerators, and blocks deleting the namespace.",
    ),
    Claim(
        id="refused-while-stopped",
        title="While the operator is stopped a wrong object is still not let in",
        basis=Basis.STRICTER,
        why="A webhook that fails open protects only as long as nothing goes wrong.",
        control="the operator's pods were seen gone, and the same object was refused before",
    ),
    Claim(
        id="catches-up-after-return",
        title="What happened while the operator was stopped is repaired after it is back",
        basis=Basis.STRICTER,
        why="Operators are restarted at every upgrade; work of that minute must not be lost.",
        control="the deleted child stays away while the operator is stopped",
    ),
)
