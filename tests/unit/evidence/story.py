"""Made-up runs for the tests of evidence: facts of three requirements, and judges that read them.

The judges are as small as judges can be: what they find stands in Observation facts, so that a
test can change a fact and see the verdict follow. The facts around them look like those of a real
run, so that reports of them can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from plimsoll.evidence import Judges
from plimsoll.record import (
    SCHEMA_VERSION,
    Claim,
    Fact,
    Finding,
    Judgement,
    Record,
    encode_fact,
    settle,
)
from plimsoll.record import facts as kinds
from plimsoll.standard.verdicts import Basis, Outcome

START = 1_795_600_000.0
RUN = "k3f9x2"
Json = dict[str, Any]


def claim(identifier: str, title: str, basis: Basis, why: str, **more: Any) -> Claim:
    return Claim(id=identifier, title=title, basis=basis, why=why, **more)


CLAIMS: dict[str, tuple[Claim, ...]] = {
    "dra_support": (
        claim(
            "api-served",
            "The resource.k8s.io API is served and its kinds can be created, read and deleted",
            Basis.CHECKLIST,
            "Without the API no workload can ask for a device by what it is.",
        ),
        claim(
            "injected-is-allocated",
            "A pod sees exactly the device that its claim was allocated",
            Basis.STRICTER,
            "A pod that computes on another device than the scheduler booked breaks its neighbour.",
        ),
        claim(
            "unsatisfiable-waits",
            "A pod whose selector no device fulfils stays pending",
            Basis.STRICTER,
            "A selector that is not looked at hands out the wrong device.",
            control="satisfiable-runs",
        ),
        claim(
            "satisfiable-runs",
            "The same pod with a selector that a device fulfils runs",
            Basis.STRICTER,
            "Shows that pending means the selector and nothing else.",
            is_control=True,
        ),
    ),
    "secure_accelerator_access": (
        claim(
            "claimed-opens",
            "A pod with a claim opens its device",
            Basis.KAR,
            "Everything else would be as true of a platform without accelerators.",
            is_control=True,
        ),
        claim(
            "unclaimed-sees-nothing",
            "A pod without a claim on the same node sees no accelerator and opens none",
            Basis.KAR,
            "What can be reached without a claim can be used without being counted.",
            control="claimed-opens",
        ),
        claim(
            "environment-does-not-help",
            "Environment variables that ask for devices bring none",
            Basis.STRICTER,
            "An image can set them, so anyone can.",
            control="claimed-opens",
        ),
        claim(
            "remanence",
            "The next claimant cannot read what the last one wrote",
            Basis.INFORMATIVE,
            "Device memory that is not cleared carries models and prompts to the next tenant.",
        ),
    ),
    "gang_scheduling": (
        claim(
            "fitting-gang-runs",
            "All pods of a gang that fits run",
            Basis.KAR,
            "An engine that holds back what fits stops every distributed training job.",
        ),
        claim(
            "oversized-gang-runs-none",
            "No pod of a gang that does not fit is bound, and the gang says why it waits",
            Basis.KAR,
            "A part of a training job holds accelerators and computes nothing.",
            control="plain-pods-fill",
        ),
        claim(
            "plain-pods-fill",
            "The same pods without a gang bind exactly as many as fit",
            Basis.KAR,
            "Only real scarcity can show all-or-nothing.",
            is_control=True,
        ),
        claim(
            "no-partial-hold",
            "No gang holds resources for a part of its pods",
            Basis.STRICTER,
            "Accelerators that wait for each other are paid for and idle.",
            control="plain-pods-fill",
        ),
    ),
}


def _judge(requirement: str, record: Record) -> Judgement:
    mine = record.requirement(requirement)
    found = [
        Finding(
            claim=fact.data["claim"],
            group=fact.data.get("group", ""),
            outcome=Outcome(fact.data["outcome"]),
            because=fact.data["because"],
            facts=tuple(fact.data.get("facts", ())) or (fact.sequence,),
            next_step=fact.data.get("next", ""),
        )
        for fact in mine.of(kinds.Observation, subject="found")
    ]
    return settle(requirement, VERSIONS[requirement], CLAIMS[requirement], found)


VERSIONS = dict.fromkeys(CLAIMS, 1)
JUDGES = Judges(claims=lambda requirement: CLAIMS[requirement], judge=_judge)


class Story:
    """Builds the facts of a run; every call is one fact, a second later unless told otherwise."""

    def __init__(self, requirements: Sequence[str] = tuple(CLAIMS), **started: Any) -> None:
        self.now = START
        self.requirement = ""
        settings: Json = {"strict": False, "profile": "embedded", "standard": "v1.37", **started}
        run = kinds.RunStarted(
            sequence=1,
            time=START,
            schema=SCHEMA_VERSION,
            run=RUN,
            tool_version="0.1.0",
            cluster_version="v1.37.2",
            requirements=list(requirements),
            **settings,
        )
        self.facts: list[Fact] = [run]

    def add(self, fact: type[Any], /, *, wait: float = 1.0, **fields: Any) -> int:
        self.now += wait
        sequence = len(self.facts) + 1
        self.facts.append(
            fact(sequence=sequence, time=self.now, requirement=self.requirement, **fields)
        )
        return len(self.facts)

    def found(self, claim_id: str, outcome: str, because: str, **more: Any) -> int:
        data = {"claim": claim_id, "outcome": outcome, "because": because, **more}
        return self.add(kinds.Observation, wait=0.01, subject="found", data=data)

    def seen(self, kind: str, name: str, content: Json, *, change: str = "MODIFIED") -> int:
        return self.add(
            kinds.WatchEvent,
            wait=0,
            watch=f"{kind.lower()}s/plimsoll-{RUN}",
            type=change,
            kind=kind,
            name=name,
            namespace=f"plimsoll-{RUN}",
            uid=f"uid-{kind}-{name}",
            object=content,
        )

    def pod(
        self, name: str, role: str, *, node: str = "", phase: str = "Pending", **more: Any
    ) -> int:
        metadata: Json = {
            "name": name,
            "labels": {"plimsoll.dev/run": RUN, "plimsoll.dev/role": role},
            **more.get("metadata", {}),
        }
        spec = {**({"nodeName": node} if node else {}), **more.get("spec", {})}
        content = {"metadata": metadata, "spec": spec, "status": {"phase": phase}}
        return self.seen("Pod", name, content, change=more.get("change", "MODIFIED"))

    def record(self) -> Record:
        return Record(self.facts)

    def lines(self) -> bytes:
        return b"".join(encode_fact(fact) for fact in self.facts)

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "facts.jsonl").write_bytes(self.lines())
        return folder


def small(outcomes: Iterable[tuple[str, str]] = (), **started: Any) -> Story:
    """Return a run of dra_support in which every claim holds but those in `outcomes`."""
    changed = dict(outcomes)
    story = Story(["dra_support"], **started)
    story.requirement = "dra_support"
    for each in CLAIMS["dra_support"]:
        outcome = changed.get(each.id, "held")
        story.found(each.id, outcome, f"{each.id} is {outcome}")
    story.add(kinds.CleanedUp, removed=4)
    return story
