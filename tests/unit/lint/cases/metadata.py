"""Metadata that are missing, misspelled or malformed."""

from __future__ import annotations

from tests.unit.lint.cases.case import Case

_EMAIL = 'contactEmailAddress: "conformance@breakwater.dev"'
_REPO = 'repoUrl: "https://github.com/breakwater/harbour"'
_CONFORMANCE = "https://github.com/cncf/k8s-conformance/tree/master/v1.36/harbour"
_NOTES = 'notes: ""\n'

CASES = (
    Case(
        rule="metadata-missing",
        change=((f"  {_EMAIL}\n", ""),),
        at="kubernetesVersion",
        says="contactEmailAddress",
        official=True,
        fine=((f"  {_REPO}\n", ""),),
    ),
    Case(
        rule="metadata-missing",
        change=((_EMAIL, "contactEmailAddress:"),),
        at="contactEmailAddress",
        official=True,
        fine=((_REPO, "repoUrl: ~"),),
    ),
    Case(
        rule="metadata-empty",
        change=((_EMAIL, 'contactEmailAddress: ""'),),
        at="contactEmailAddress",
        official=True,
        fine=((_REPO, 'repoUrl: ""'),),
    ),
    Case(rule="metadata-empty", change=((_EMAIL, 'contactEmailAddress: "  "'),), says="spaces"),
    Case(
        rule="metadata-not-text",
        change=(('platformVersion: "2.10"', "platformVersion: 2.10"),),
        at="platformVersion",
        says="2.1: a zero is lost",
        official=True,
        fine=(('platformVersion: "2.10"', "platformVersion: 2.10.0"),),
    ),
    Case(
        rule="metadata-not-text",
        change=(('platformVersion: "2.10"', "platformVersion: 2026-11-30"),),
        says="a date",
        official=True,
        fine=(('platformVersion: "2.10"', "platformVersion: v2026-11-30"),),
    ),
    Case(
        rule="metadata-key-spelling",
        change=(("websiteUrl", "websiteURL"),),
        at="websiteURL",
        official=True,
    ),
    Case(
        rule="metadata-two-spellings",
        change=((f"  {_REPO}\n", f'  {_REPO}\n  repo_url: "https://breakwater.dev"\n'),),
        at="repo_url",
        says="another value",
    ),
    Case(
        rule="metadata-unknown-key",
        change=((f"  {_REPO}\n", f"  {_REPO}\n  repository: none\n"),),
        at="repository",
    ),
    Case(
        rule="top-level-key",
        change=((f"  {_EMAIL}\n", f"{_EMAIL}\n  # end\n"), ('  k8sConformanceUrl: "https', '#"')),
        at="contactEmailAddress",
    ),
    Case(
        rule="conformance-url",
        change=((_CONFORMANCE, "https://github.com/cncf/k8s-conformance/pull/1"),),
        at="k8sConformanceUrl",
        official=True,
        fine=((_CONFORMANCE, _CONFORMANCE.replace("master", "main") + "/"),),
    ),
    Case(
        rule="conformance-url-version",
        change=((_CONFORMANCE, _CONFORMANCE.replace("v1.36", "v1.35")),),
        at="k8sConformanceUrl",
        says="v1.35",
    ),
    Case(
        rule="kubernetes-version",
        change=(("kubernetesVersion: v1.36", "kubernetesVersion: v1.36.2"),),
        at="kubernetesVersion",
        says="patch release",
    ),
    Case(
        rule="kubernetes-version",
        change=(("kubernetesVersion: v1.36", "kubernetesVersion: latest"),),
        says="not a version",
    ),
    Case(
        rule="version-folder",
        change=(),
        folder="v1.35",
        at="kubernetesVersion",
        says="the folder says v1.35",
        fine=(("kubernetesVersion: v1.36", "kubernetesVersion: v1.36.2"),),
    ),
    Case(
        rule="version-unknown",
        change=(("kubernetesVersion: v1.36", "kubernetesVersion: v1.32"),),
        folder="v1.32",
        says="v1.32",
        official=True,
    ),
    Case(rule="checklist-version", checklist="v1.35", says="is of v1.35"),
    Case(
        rule="url-malformed",
        change=((_REPO, 'repoUrl: "N/A"'),),
        at="repoUrl",
        fine=((_REPO, 'repoUrl: "http://[2001:db8::1]:8080/a?b=c#d"'),),
    ),
    Case(
        rule="url-malformed",
        change=(("https://docs.breakwater.dev", "https://docs breakwater.dev"),),
        at="documentationUrl",
    ),
    Case(
        rule="email-malformed",
        change=((_EMAIL, 'contactEmailAddress: "https://breakwater.dev/contact"'),),
        at="contactEmailAddress",
        fine=((_EMAIL, 'contactEmailAddress: "a.b+c@mail.breakwater.dev"'),),
    ),
    Case(
        rule="logo-format",
        change=(("logo.svg", "logo.png"),),
        at="productLogoUrl",
        says=".png",
        fine=(("logo.svg", "logo.EPS"),),
    ),
    Case(
        rule="stray-space",
        change=(('vendorName: "Breakwater"', 'vendorName: "Breakwater "'),),
        at="vendorName",
    ),
    Case(
        rule="metadata-placeholder",
        change=(('platformName: "Harbour"', 'platformName: "[Platform Name]"'),),
        at="platformName",
        official=True,
        fine=(('platformName: "Harbour"', 'platformName: "Harbour [LTS] 2"'),),
    ),
    Case(
        rule="placeholder",
        change=((_NOTES, 'notes: "TODO: ask the storage team"\n'),),
        at="TODO",
        fine=((_NOTES, 'notes: "[Platform docs](https://breakwater.dev): todos are tbd-free"\n'),),
    ),
    Case(
        rule="placeholder",
        change=(('"ai_inference.md"', '"[URL to the documentation]"'),),
        at="[URL",
    ),
    Case(
        rule="reserved-host",
        change=(('"ai_inference.md"', '"https://docs.example.com/gateway"'),),
        at="example.com",
        fine=(('"ai_inference.md"', '"https://example.community/gateway"'),),
    ),
)
