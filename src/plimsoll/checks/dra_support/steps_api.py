"""The API itself: which versions are served, and whether each kind can be written and read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from plimsoll.adapters.accelerators import dra
from plimsoll.checks.dra_support.claims import KINDS, RESTS_ON
from plimsoll.harness import Harness, Sample
from plimsoll.record.facts import Observation

Json = dict[str, Any]

_PLURALS = {
    "DeviceClass": "deviceclasses",
    "ResourceClaim": "resourceclaims",
    "ResourceClaimTemplate": "resourceclaimtemplates",
    "ResourceSlice": "resourceslices",
}
_MARK = "plimsoll.dev/written-again"
_POLL_SECONDS = 0.3


async def versions(harness: Harness) -> tuple[str, ...]:
    """Write and return the versions in which all kinds are served."""
    by_kind = await _served(harness)
    common = _common(by_kind)
    harness.discovered(
        "dra-api",
        {"versions": list(common), "kinds": {kind: list(vs) for kind, vs in by_kind.items()}},
    )
    return common


async def samples(harness: Harness) -> list[Sample]:
    """Return one object of each kind, with the claims that cannot be decided without it."""
    common = _common(await _served(harness))
    if not common:
        return []
    version = preferred(common)
    return [
        Sample(
            manifests=(_manifest(harness, kind, version),),
            claims=(KINDS[kind], *RESTS_ON.get(kind, ())),
        )
        for kind in KINDS
    ]


def preferred(versions: Sequence[str]) -> str:
    """Return the version in which the kinds are tried."""
    return "v1" if "v1" in versions else versions[0]


async def _served(harness: Harness) -> dict[str, tuple[str, ...]]:
    served = await harness.cluster.served(refresh=True)
    return {
        kind: served[name].versions if (name := f"{plural}.{dra.GROUP}") in served else ()
        for kind, plural in _PLURALS.items()
    }


def _common(by_kind: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(v for v in by_kind["ResourceClaim"] if all(v in vs for vs in by_kind.values()))


async def every_kind(harness: Harness, version: str) -> None:
    """Create, read, update and delete one object of each kind, side by side."""
    kinds = [kind for kind in KINDS if not harness.undecidable(KINDS[kind])]
    await asyncio.gather(*(_one_kind(harness, kind, version) for kind in kinds))


async def _one_kind(harness: Harness, kind: str, version: str) -> None:
    async with harness.attempt(KINDS[kind]):
        stored = await harness.create(_manifest(harness, kind, version), purpose=f"crud {kind}")
        _write(harness, kind, "create", uid=stored["metadata"]["uid"], version=version)
        read = await _read(harness, kind, stored)
        _write(harness, kind, "read", uid=read["metadata"]["uid"] if read else "")
        again = {"metadata": {"annotations": {_MARK: harness.run_id}}}
        await harness.patch(stored, again, purpose=f"crud {kind}")
        read = await _read(harness, kind, stored)
        marks: Json = (read or {}).get("metadata", {}).get("annotations") or {}
        _write(harness, kind, "update", value=marks.get(_MARK, ""), wanted=harness.run_id)
        await harness.delete(stored, purpose=f"crud {kind}")
        _write(harness, kind, "delete", gone=await _gone(harness, kind, stored))


def _write(harness: Harness, kind: str, step: str, **data: object) -> None:
    harness.record.add(Observation, subject="crud", data={"kind": kind, "step": step, **data})


async def _read(harness: Harness, kind: str, obj: Json) -> Json | None:
    metadata = obj["metadata"]
    return await harness.cluster.get(
        f"{_PLURALS[kind]}.{dra.GROUP}", metadata["name"], namespace=metadata.get("namespace")
    )


async def _gone(harness: Harness, kind: str, obj: Json) -> bool:
    budget = harness.budget("deletion", passing_means="the object is still there")
    for _ in range(max(1, int(budget.seconds / _POLL_SECONDS))):
        if await _read(harness, kind, obj) is None:
            return True
        await asyncio.sleep(_POLL_SECONDS)
    return False


def _manifest(harness: Harness, kind: str, version: str) -> Json:
    driver = f"{harness.run_id}.plimsoll.invalid"
    claim = dra.claim_spec(version, driver)
    metadata: Json = {"name": harness.name("crud")}
    specs: dict[str, Json] = {
        "DeviceClass": {"selectors": [{"cel": {"expression": f"device.driver == '{driver}'"}}]},
        "ResourceClaim": claim,
        "ResourceClaimTemplate": {"metadata": {"labels": harness.labels()}, "spec": claim},
        "ResourceSlice": {
            "driver": driver,
            "allNodes": True,
            "pool": {"name": harness.run_id, "generation": 1, "resourceSliceCount": 1},
            "devices": [],
        },
    }
    if kind in {"ResourceClaim", "ResourceClaimTemplate"}:
        metadata["namespace"] = harness.namespace
    return {
        "apiVersion": f"{dra.GROUP}/{version}",
        "kind": kind,
        "metadata": metadata,
        "spec": specs[kind],
    }
