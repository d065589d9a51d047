"""Which kinds a cluster serves, as discovery tells it (pure).

Names are `plural` for the core group and `plural.group` else; of several served versions the
cluster's preferred one is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from msgspec import Struct

Json = dict[str, Any]


class ApiResource(Struct, frozen=True, kw_only=True):
    """One kind that the cluster serves."""

    plural: str
    group: str
    kind: str
    namespaced: bool
    versions: tuple[str, ...]
    """All served versions, the preferred one first."""
    verbs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name to ask for it by, for example `resourceclaims.resource.k8s.io`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """What `apiVersion` says in its objects, in the preferred version."""
        return self.version_string(self.versions[0])

    def version_string(self, version: str) -> str:
        """Return the `apiVersion` of `version`."""
        return f"{self.group}/{version}" if self.group else version

    def path(
        self, *, namespace: str | None, name: str = "", subresource: str = "", version: str = ""
    ) -> str:
        """Return the URL path of its collection or, with `name`, of one object."""
        base = "apis" if self.group else "api"
        parts = [base, *([self.group] if self.group else []), version or self.versions[0]]
        if self.namespaced and namespace:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name:
            parts.append(quote(name, safe=""))
        if subresource:
            parts.append(subresource)
        return "/".join(parts)


def from_aggregated(*documents: Json) -> dict[str, ApiResource]:
    """Return the kinds in APIGroupDiscoveryList documents (core and groups), by name."""
    found: dict[str, ApiResource] = {}
    for document in documents:
        for group in document.get("items") or []:
            for resource in _of_group(group):
                found[resource.name] = resource
    return found


def _of_group(group: Json) -> Iterator[ApiResource]:
    name = group.get("metadata", {}).get("name", "") or ""
    versions = [v for v in group.get("versions") or [] if v.get("freshness") != "Stale"]
    served: dict[str, list[str]] = {}
    first: dict[str, Json] = {}
    for version in versions:
        for resource in version.get("resources") or []:
            plural = resource["resource"]
            served.setdefault(plural, []).append(version["version"])
            first.setdefault(plural, resource)
    for plural, resource in first.items():
        yield ApiResource(
            plural=plural,
            group=name,
            kind=resource["responseKind"].get("kind", ""),
            namespaced=resource.get("scope") == "Namespaced",
            versions=tuple(served[plural]),
            verbs=tuple(resource.get("verbs") or ()),
        )


def from_lists(group: str, lists: list[tuple[str, Json]]) -> dict[str, ApiResource]:
    """Return the kinds of one group from APIResourceList documents, preferred version first."""
    served: dict[str, list[str]] = {}
    first: dict[str, Json] = {}
    for version, document in lists:
        for resource in document.get("resources") or []:
            if "/" not in resource["name"]:
                served.setdefault(resource["name"], []).append(version)
                first.setdefault(resource["name"], resource)
    resources = (
        ApiResource(
            plural=plural,
            group=group,
            kind=resource["kind"],
            namespaced=bool(resource.get("namespaced")),
            versions=tuple(served[plural]),
            verbs=tuple(resource.get("verbs") or ()),
        )
        for plural, resource in first.items()
    )
    return {resource.name: resource for resource in resources}
