"""Made-up runs, a small checklist and a product, to write submissions from in tests.

The judges here know one claim that decides and one stricter claim per requirement; what they come
to stands in the facts, so that a test says in a word what the run found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from plimsoll.evidence import Judges, write_run
from plimsoll.record import Claim, Finding, Judgement, Record, settle
from plimsoll.record import facts as kinds
from plimsoll.standard.requirements import REQUIREMENTS, Level
from plimsoll.standard.verdicts import Basis, Outcome
from plimsoll.submission import checklist as read_checklist
from plimsoll.submit import Request, Submitted, read_suite, submit
from tests.unit.evidence.story import Story

HELD, BROKEN, OPEN = "held", "violated", "undecided"
ABSENT, UNKNOWN = "not applicable", "unknown"

PRODUCT = {
    "platformName": "Harbour",
    "platformVersion": "2.4",
    "vendorName": "Northern Harbour Works",
    "websiteUrl": "https://harbour.dev",
    "repoUrl": "https://code.harbour.dev/harbour",
    "documentationUrl": "https://docs.harbour.dev",
    "productLogoUrl": "https://harbour.dev/logo.svg",
    "description": "Berths for accelerators",
    "contactEmailAddress": "conformance@harbour.dev",
    "k8sConformanceUrl": "https://github.com/cncf/k8s-conformance/tree/master/v1.36/harbour",
}

CHECKLIST = """\
# A checklist as small as one can be.
metadata:
  kubernetesVersion: v1.36
  platformName: "[Platform Name]"   # as in the shop window
  platformVersion: "[Platform Version]"
  vendorName: "[Vendor Name]"
  websiteUrl: "[Website URL]"
  repoUrl: "[Repository URL]"
  documentationUrl: "[Documentation URL]"
  productLogoUrl: "[Documentation URL]"
  description: "[Description]"
  contactEmailAddress: "[Contact Email Address]"

spec:
  schedulingOrchestration:
    - id: gang_scheduling
      description: "All of a gang, or \\"none\\": never some."
      level: MUST
      status: ""   # one of four words
      evidence: [] # links
      notes: ""    # why N/A
    - id: cluster_autoscaling
      description: 'If there is an autoscaler, it scales.'
      level: MUST
      status: ""
      evidence: []
      notes: ""
  accelerators:
    # the next is voluntary
    - id: gpu_sharing
      description: Shared accelerators.
      level: SHOULD
      status: ""
      evidence: []
      notes: ""
"""
MUSTS = ("gang_scheduling", "cluster_autoscaling")


def _claims(requirement: str) -> tuple[Claim, ...]:
    return (
        Claim(
            id="works",
            title=f"{requirement} works",
            basis=Basis.KAR,
            why="Nothing else would be worth asking.",
        ),
        Claim(
            id="works-well",
            title=f"{requirement} works well",
            basis=Basis.STRICTER,
            why="A reviewer would ask next.",
        ),
    )


def _judge(requirement: str, record: Record) -> Judgement:
    found = [
        Finding(
            claim=fact.data["claim"],
            outcome=Outcome(fact.data["outcome"]),
            because=fact.data["because"],
            facts=(fact.sequence,),
            next_step=fact.data["next"],
        )
        for fact in record.requirement(requirement).of(kinds.Observation, subject="found")
    ]
    return settle(requirement, 1, _claims(requirement), found)


JUDGES = Judges(claims=_claims, judge=_judge)


def make_run(
    folder: Path,
    outcomes: Mapping[str, str],
    *,
    version: str = "v1.36",
    because: str = "it was seen",
    strict: Mapping[str, str] | None = None,
    product: Mapping[str, str] | None = None,
    **started: Any,
) -> Path:
    """Write a run in which each requirement's deciding claim came to what `outcomes` says."""
    story = Story(tuple(outcomes), standard=version)
    first = msgspec.structs.replace(story.facts[0], cluster_version=f"{version}.1", **started)
    story.facts[0] = first
    if product:
        story.add(kinds.Discovered, subject="product", found=dict(product))
    for requirement, outcome in outcomes.items():
        story.requirement = requirement
        story.add(kinds.Discovered, subject="engines", found={"found": ["Capstan 1.2"]})
        story.found("works", outcome, because, next="install an engine")
        well = (strict or {}).get(requirement, outcome)
        story.found("works-well", well, f"{because}, looked at closely", next="look again")
    story.save(folder)
    write_run(folder, JUDGES)
    return folder


def request(
    run: Path,
    out: Path,
    *,
    text: str = CHECKLIST,
    metadata: Mapping[str, str] = PRODUCT,
    official: Path | None = None,
) -> Request:
    """Return what `submit` is asked."""
    template = text.encode()
    return Request(
        run=run,
        checklist=read_checklist(template, "checklist.yaml"),
        template=template,
        metadata=dict(metadata),
        out=out,
        suite=read_suite(official) if official else None,
        judges=JUDGES,
    )


def submitted(
    folder: Path, outcomes: Mapping[str, str], *, run: str = "run", **wishes: Any
) -> Submitted:
    """Return the outcome of a submission of a run made for it; `product_file` says where."""
    asked = {name: wishes.pop(name) for name in ("text", "metadata", "official") if name in wishes}
    out = wishes.get("version", "v1.36") if "text" in asked else "v1.36"
    made = make_run(folder / run, outcomes, **wishes)
    return submit(request(made, product_file(folder, out).parent, **asked))


def product_file(folder: Path, version: str = "v1.36") -> Path:
    """Return the path of the PRODUCT.yaml that `submitted` writes."""
    return folder / version / "harbour" / "PRODUCT.yaml"


def must(version: str) -> tuple[str, ...]:
    """Return the requirements that every platform must fulfil in a version."""
    return tuple(each.id for each in REQUIREMENTS.values() if each.level(version) is Level.MUST)
