"""A submission without a fault, and how a test spoils it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from plimsoll.lint import lint
from plimsoll.lint.rules.artifacts import TESTS
from plimsoll.standard.requirements import REQUIREMENTS, Level
from plimsoll.submission import Checklist, Finding, checklist, load

METADATA = """\
metadata:
  kubernetesVersion: {version}
  platformName: "Harbour"
  platformVersion: "2.10"
  vendorName: "Breakwater"
  websiteUrl: "https://breakwater.dev/harbour"
  repoUrl: "https://github.com/breakwater/harbour"
  documentationUrl: "https://docs.breakwater.dev"
  productLogoUrl: "https://breakwater.dev/logo.svg"
  description: "Harbour runs clusters."
  contactEmailAddress: "conformance@breakwater.dev"
  k8sConformanceUrl: "https://github.com/cncf/k8s-conformance/tree/master/{version}/harbour"
"""

RESULTS = "".join(
    ("<testsuite>", *(f'<testcase name="{name}"/>' for name in TESTS.values()), "</testsuite>")
)

EVIDENCE = "# Evidence\n\n## Gang scheduling\n\nIt ran.\n"


def text(version: str = "v1.36") -> str:
    """Return a PRODUCT.yaml to which nothing can be objected."""
    return "".join(("# A checklist\n", METADATA.format(version=version), "\n", *_spec(version)))


def _spec(version: str) -> Iterator[str]:
    yield "spec:\n"
    category = ""
    for each in REQUIREMENTS.values():
        level = each.level(version)
        if level is Level.ABSENT:
            continue
        if each.category != category:
            category = each.category
            yield f"  {category}:\n"
        yield f"    - id: {each.id}\n"
        yield f'      description: "What {each.id} asks."\n'
        yield f"      level: {level}\n"
        if level is Level.MUST:
            yield '      status: "Implemented"  # as tested\n'
            yield "      evidence:\n"
            yield f'        - "{each.id}.md"\n'
            if version == "v1.37" and each.id in TESTS:
                yield '        - "junit.xml"\n'
        else:
            yield '      status: ""\n'
            yield "      evidence: []\n"
        yield '      notes: ""\n'


def official(version: str = "v1.36") -> Checklist:
    """Return the checklist of which `text` is a copy."""
    return checklist(text(version).encode(), "AIConformance.yaml")


def write(
    folder: Path,
    content: str | bytes,
    *,
    version: str = "v1.36",
    name: str = "PRODUCT.yaml",
    files: Mapping[str, str | bytes] | None = None,
    evidence: bool = True,
) -> Path:
    """Write a submission as the repository has it, with or without evidence; return its file."""
    home = folder / version / "harbour"
    home.mkdir(parents=True, exist_ok=True)
    present = {f"{identifier}.md": EVIDENCE for identifier in REQUIREMENTS if evidence}
    for file, words in ({**present, "junit.xml": RESULTS} if evidence else {}).items():
        (home / file).write_text(words)
    for file, data in (files or {}).items():
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_bytes(data if isinstance(data, bytes) else data.encode())
    path = home / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def findings(path: Path, given: Checklist | None = None) -> list[Finding]:
    """Return what the linter says about the file, named as from the repository's root."""
    return lint(load(path, "/".join(path.parts[-3:])), given)
