"""A submission as it is written: metadata and cells, each value with its place (pure).

Nothing is corrected on the way in. What cannot be a submission at all is a finding of `reading`;
what is merely wrong is the linter's to say.
"""

from __future__ import annotations

import re

from msgspec import Struct

from plimsoll.submission.finding import Finding, Place
from plimsoll.submission.tree import Mapping, Node, Scalar, Tree

METADATA = (
    "kubernetesVersion",
    "platformName",
    "platformVersion",
    "vendorName",
    "websiteUrl",
    "repoUrl",
    "documentationUrl",
    "productLogoUrl",
    "description",
    "contactEmailAddress",
    "k8sConformanceUrl",
)
"""Keys of `metadata`, in the order of the official template."""

OPTIONAL_METADATA = frozenset({"repoUrl"})

CATEGORIES = (
    "accelerators",
    "networking",
    "schedulingOrchestration",
    "observability",
    "security",
    "operator",
)
"""Keys of `spec`, in the order of the official template."""

CELL_KEYS = ("id", "description", "level", "status", "evidence", "notes")

_FOLDER_VERSION = re.compile(r"v1\.\d+")


def release_of(version: str) -> str:
    """Return `v1.N` of a Kubernetes version such as `1.36.2`; empty when it is none."""
    found = re.match(r"v?(1\.\d+)(?!\d)", version)
    return f"v{found[1]}" if found else ""


def camel_case(key: str) -> str:
    """Return a snake_case key in the spelling of the official template; others unchanged."""
    head, *rest = key.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


class Field(Struct, frozen=True, kw_only=True):
    """One entry of `metadata`."""

    name: str
    """In the spelling of METADATA where it is one of them, else as written."""
    key: Scalar
    value: Node


class Cell(Struct, frozen=True, kw_only=True):
    """One requirement's entry."""

    id: str
    """Empty when it has none."""
    category: str
    """As written."""
    node: Mapping
    description: str = ""
    level: str = ""
    status: str = ""
    notes: str = ""
    evidence: tuple[Scalar, ...] = ()
    """Every scalar found there, also where the official form (a list of texts) is not kept."""

    @property
    def place(self) -> Place:
        """Where the entry starts."""
        return self.node.place

    def where(self, key: str) -> Place:
        """Return the place of the value under `key`; without one that of the entry."""
        value = self.node.get(key)
        return value.place if value is not None else self.place


class Submission(Struct, frozen=True, kw_only=True):
    """One PRODUCT.yaml."""

    path: str
    version: str = ""
    """Of the folder, for example `v1.35`; empty when no folder above says one."""
    product: str = ""
    """Name of its folder."""
    fields: tuple[Field, ...] = ()
    cells: tuple[Cell, ...] = ()
    problems: tuple[Finding, ...] = ()
    """Why parts, or all, of it could not be read."""
    tree: Tree | None = None
    """None for a file that is not YAML."""

    def metadata(self, name: str) -> str:
        """Return a text of `metadata` by its camelCase name; empty without one."""
        for field in self.fields:
            if field.name == name and isinstance(field.value, Scalar) and not field.value.is_null:
                return field.value.value
        return ""

    @property
    def kubernetes_version(self) -> str:
        """Return `kubernetesVersion` as `v1.N`; empty when it is not one."""
        return release_of(self.metadata("kubernetesVersion").strip())

    @property
    def release(self) -> str:
        """Return the Kubernetes version it is for, as `v1.N`; empty when nothing says one.

        The folder decides, as it does for the official validator; else the file.
        """
        return self.version or self.kubernetes_version

    @property
    def title(self) -> str:
        """Return how to name it in a sentence."""
        return "/".join(part for part in (self.version, self.product) if part) or self.path


def folder_names(path: str) -> tuple[str, str]:
    """Return version and product that the folders of a PRODUCT.yaml's path say."""
    parts = path.replace("\\", "/").split("/")[:-1]
    product = parts[-1] if parts else ""
    version = next((part for part in reversed(parts) if _FOLDER_VERSION.fullmatch(part)), "")
    return version, "" if product == version else product
