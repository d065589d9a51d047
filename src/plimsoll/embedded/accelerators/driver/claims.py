"""Claims that are prepared on this node: what they hold, and how a container gets it.

Prepared claims survive a restart of the driver in a state file. Both directions are idempotent, as
the kubelet repeats them at will. Releasing a claim scrubs its devices.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from plimsoll.embedded.accelerators.driver import cdi, loop_devices
from plimsoll.embedded.accelerators.driver.cluster import Json
from plimsoll.embedded.accelerators.driver.inventory import Inventory
from plimsoll.embedded.accelerators.driver.misbehaviour import Injection
from plimsoll.embedded.accelerators.driver.settings import DRIVER, DriverError

CDI_KIND = f"{DRIVER}/claim"


class ClaimReader(Protocol):
    """What preparing needs of the API server."""

    def get(self, path: str) -> Json | None:
        """Return the object at `path`, or None."""


@dataclass(frozen=True)
class Held:
    """One device that a claim holds. `cdi_names` is empty when nothing is injected."""

    request: str
    pool: str
    device: str
    admin: bool
    cdi_names: tuple[str, ...]

    @property
    def cdi_ids(self) -> list[str]:
        """Return the full CDI names, as the kubelet passes them to the runtime."""
        return [f"{CDI_KIND}={name}" for name in self.cdi_names]


@dataclass(frozen=True)
class Claim:
    """A prepared claim."""

    uid: str
    namespace: str
    name: str
    held: tuple[Held, ...]


class Claims:
    """The prepared claims of a node; safe for several threads."""

    def __init__(
        self,
        reader: ClaimReader,
        inventory: Inventory,
        injection: Injection,
        *,
        state: Path,
        cdi_folder: Path,
        at_once: int = 0,
    ) -> None:
        self._at_once = at_once
        self._reader, self._inventory, self._injection = reader, inventory, injection
        self._state, self._cdi_folder = state, cdi_folder
        self._lock = threading.Lock()
        self._prepared = _load(state)

    def prepared(self) -> list[Claim]:
        """Return the claims that are prepared now."""
        return list(self._prepared.values())

    def prepare(self, uid: str, namespace: str, name: str) -> tuple[Held, ...]:
        """Return what the claim holds, after writing the CDI file that injects it.

        Raises DriverError if the claim is gone, replaced, or not allocated, and OSError.
        """
        with self._lock:
            results = self._allocation(uid, namespace, name)
            self._must_have_room(uid)
            specs: dict[str, dict[str, Any]] = {}
            held = tuple(self._held(uid, result, specs) for result in results)
            if specs:
                cdi.write_spec(self._cdi_file(uid), CDI_KIND, specs)
            self._prepared[uid] = Claim(uid, namespace, name, held)
            self._save()
            return held

    def unprepare(self, uid: str) -> None:
        """Take the claim's devices back, scrubbed; an unknown claim is fine. Raises OSError."""
        with self._lock:
            self._cdi_file(uid).unlink(missing_ok=True)
            claim = self._prepared.get(uid)
            if claim is None:
                return
            for held in claim.held:
                if not held.admin:  # an administrator looks at devices that others hold
                    device = self._inventory.device(held.device)
                    loop_devices.scrub(device.accelerator.loop_number, device.memory_bytes)
            del self._prepared[uid]
            self._save()

    def _must_have_room(self, uid: str) -> None:
        others = [name for name in self._prepared if name != uid]
        if self._at_once and len(others) >= self._at_once:
            raise DriverError(f"{len(others)} claims are prepared, and there is no room for more")

    def _allocation(self, uid: str, namespace: str, name: str) -> list[Json]:
        path = f"/apis/resource.k8s.io/v1/namespaces/{namespace}/resourceclaims/{name}"
        claim = self._reader.get(path)
        if claim is None or claim["metadata"]["uid"] != uid:
            raise DriverError(f"the claim {namespace}/{name} with uid {uid} is gone or replaced")
        allocation = claim.get("status", {}).get("allocation")
        if allocation is None:
            raise DriverError(f"the claim {namespace}/{name} is not allocated")
        results: list[Json] = allocation["devices"]["results"]
        return [result for result in results if result["driver"] == DRIVER]

    def _held(self, uid: str, result: Json, specs: dict[str, dict[str, Any]]) -> Held:
        device = self._inventory.device(result["device"])
        admin = bool(result.get("adminAccess", False))
        injected = self._injection([device], self._inventory)
        names = tuple([f"{uid}-{device.name}"] if injected else [])
        specs.update({name: cdi.edits(injected, read_only=admin) for name in names})
        return Held(result["request"], result["pool"], device.name, admin, names)

    def _cdi_file(self, uid: str) -> Path:
        return self._cdi_folder / f"{DRIVER}-claim-{uid}.json"

    def _save(self) -> None:
        text = json.dumps([dataclasses.asdict(claim) for claim in self._prepared.values()])
        cdi.write_atomically(self._state, text)


def _load(state: Path) -> dict[str, Claim]:
    try:
        stored = json.loads(state.read_text())
        return {
            claim["uid"]: Claim(
                **{
                    **claim,
                    "held": tuple(
                        Held(**{**held, "cdi_names": tuple(held["cdi_names"])})
                        for held in claim["held"]
                    ),
                }
            )
            for claim in stored
        }
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError) as error:
        raise DriverError(
            f"the record of prepared claims {state} cannot be read: {error!r}",
            next_step="delete it when no pod on this node holds an accelerator",
        ) from error
