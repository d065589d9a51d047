"""Hand-made facts of a pod_autoscaling run: a platform that follows, and ways to change it.

The target (pods t0 to t2, each with a claim) rises from one replica to three and comes back; the
bystander (pod b0) stays.
"""

from __future__ import annotations

from plimsoll.record import Record
from plimsoll.record.facts import (
    Discovered,
    Interference,
    Observation,
    WatchEnded,
    WatchGap,
    WatchStarted,
)
from tests.unit.checks.story_base import READY, Json, StoryBase, allocation, of_role

DRIVER = "accelerators.example"
WANT = 3
FIRST, SECOND, HIGH, BYSTANDER = 11, 31, 600, 21


class Story(StoryBase):
    """What happens in the run; every attribute is one thing that a test can change."""

    requirement = "pod_autoscaling"
    tick = 0.1

    def __init__(self) -> None:
        self.served = True
        self.published = True
        """A pod of ours came to publish its metric."""
        self.arrives = True
        self.read: dict[str, dict[str, float]] = {}
        """What the API says, where it is not what the pods publish: by moment."""
        self.bystander_read = float(BYSTANDER)
        self.per_pod = True
        self.not_active = ""
        """What the target's autoscaler is waiting for when it never reads its metric."""
        self.early = 0
        """Replicas that were wanted before the metric rose."""
        self.raised = True
        self.told = True
        self.rises_to = WANT
        self.reaction = 5.0
        self.run = WANT
        """How many of the replicas come to run."""
        self.stopped_by: tuple[str, str, bool] = ("start", "t1: FailedPrepare", False)
        """Stage, what was waited for, and whether outside, when not all replicas run."""
        self.noticed = True
        self.when_dead = WANT
        self.falls = True
        self.low_read = True
        self.waited_down = True
        self.window = 20.0
        self.late = 0
        self.low_window = True
        self.bystander_moves = 0
        self.bystander_active = True
        self.disturbed = ""
        """The window that others disturbed."""
        self.gap = ""
        """The window in which the Deployments' watch has a gap."""
        self.earlier: tuple[str, ...] = ()
        """Stages that timed out in a round before this one."""
        self.blocked: list[str] = []
        self._devices()

    def _devices(self) -> None:
        self.way = "dra"
        self.shared = False
        self.devices = ["d0", "d1", "d2"]
        self.inside = ["d0", "d1", "d2"]
        self.looked_into = True
        self.released = True
        self.waited_released = True
        self.go = True

    def record(self) -> Record:
        self._start()
        if self.published:
            self._first()
        if self.published and self.arrives and self.raised:
            self._up()
            if self.rises_to == WANT and self.run == WANT:
                self._stop()
                self._down()
        for watch in ("pods", "deployments", "autoscalers", "claims"):
            self.add(WatchEnded, watch=watch)
        if self.blocked:
            self.block(self.blocked)
        return Record(self.facts)

    # ---- parts of the run

    def _start(self) -> None:
        self.begin()
        self.add(Discovered, subject="autoscaling", found={"served": self.served})
        ways = [{"name": "custom metrics", "component": "an adapter (space/adapter)"}]
        self.add(Discovered, subject="pod-metrics", found={"ways": ways, "servers": []})
        self.add(
            Discovered,
            subject="accelerator",
            found={"way": self.way, "shared": self.shared, "driver": DRIVER},
        )
        for watch, kind in (
            ("pods", "Pod"),
            ("deployments", "Deployment"),
            ("autoscalers", "HorizontalPodAutoscaler"),
            ("claims", "ResourceClaim"),
        ):
            self.add(WatchStarted, watch=watch, kind=kind, namespace="ns")

    def _first(self) -> None:
        for stage in self.earlier:
            self._timeout(stage, "hpa-target: FailedGetPodsMetric")
        for name in ("target", "bystander"):
            self._deployment(name, 1)
        self._replica(0)
        self._dial("t0", FIRST)
        self._reading("arrival", {"target-0": FIRST} if self.arrives else {}, FIRST)
        if not self.arrives:
            return
        self._reading("first", {"target-0": FIRST}, FIRST)
        self._reading("first", {"bystander-0": self.bystander_read}, BYSTANDER, part="bystander")
        self._reading("second", {"target-0": SECOND}, SECOND)
        if self.bystander_active:
            self._autoscaler("bystander", "True")
        if self.not_active:
            self._timeout("autoscaler-active", self.not_active)
            self.raised = False
            return
        self._autoscaler("target", "True")
        if self.early:
            self._deployment("target", self.early)

    def _up(self) -> None:
        self._window("up", "opened", value=HIGH)
        if self.told:
            self._dial("target-0", HIGH)
        self.now += self.reaction
        if self.rises_to != (self.early or 1):
            self._deployment("target", self.rises_to)
        if self.rises_to != WANT:
            self._timeout("autoscaler-up", f"{WANT} replicas; there is 1")
        for number in range(1, self.rises_to):
            self._replica(number, ready=number < self.run)
        if self.run < WANT and self.stopped_by[0]:
            stage, waiting_on, outside = self.stopped_by
            self._timeout(stage, waiting_on, outside=outside)
        if self.bystander_moves:
            self._deployment("bystander", self.bystander_moves)
        self._window("up", "closed")
        if self.looked_into and self.rises_to == WANT:
            for number in range(self.run):
                self._look(number)
            values = {f"target-{n}": float(HIGH + n) for n in range(WANT)}
            if self.per_pod:
                self._reading("replicas", values, *values.values())

    def _stop(self) -> None:
        self._window("dead metric", "opened", reaction=self.reaction)
        self.now += 3
        if self.noticed:
            self._autoscaler("target", "False")
        if self.when_dead != WANT:
            self._deployment("target", self.when_dead)
        self.now += self.window - 3
        self._window("dead metric", "closed")
        if self.when_dead != WANT:
            self._deployment("target", WANT)

    def _down(self) -> None:
        self._window("down", "opened", value=FIRST)
        self.now += 4
        if self.falls:
            self._autoscaler("target", "True")
            self._deployment("target", 1)
            if self.go:
                for number in range(1, WANT):
                    self._replica(number, event="DELETED")
        elif self.waited_down:
            self._timeout("autoscaler-down", "1 replicas; there are 3")
        self._reading("low", {"target-0": FIRST} if self.low_read else {}, FIRST)
        self._window("down", "closed")
        if self.falls:
            self._after()

    def _after(self) -> None:
        if self.released:
            for number in range(1, WANT):
                self._claim(number, event="DELETED")
        elif self.waited_released:
            self._timeout("claims-released", "2 claims to go")
        if self.low_window:
            self._window("low metric", "opened", reaction=self.reaction)
            if self.late:
                self._deployment("target", self.late)
            self.now += self.window
            self._window("low metric", "closed")

    # ---- facts

    def _deployment(self, name: str, replicas: int) -> None:
        self.event("deployments", "Deployment", name, {"spec": {"replicas": replicas}})

    def _autoscaler(self, name: str, active: str) -> None:
        condition = {"type": "ScalingActive", "status": active, "reason": "R", "message": "m"}
        self.event(
            "autoscalers",
            "HorizontalPodAutoscaler",
            f"hpa-{name}",
            {"status": {"conditions": [condition]}},
        )

    def _replica(self, number: int, *, ready: bool = True, event: str = "MODIFIED") -> None:
        if event != "DELETED" and self.way == "dra":
            self._claim(number)
        claims = [{"name": "device", "resourceClaimName": f"claim-{number}"}]
        body: Json = {
            "metadata": of_role("replica"),
            "spec": {"nodeName": "n1", "resourceClaims": claims if self.way == "dra" else []},
            "status": {"conditions": [READY] if ready else []},
        }
        self.event("pods", "Pod", f"target-{number}", body, event)

    def _claim(self, number: int, event: str = "MODIFIED") -> None:
        device = self.devices[number]
        body = {"status": {"allocation": allocation(DRIVER, [device] if device else [])}}
        self.event("claims", "ResourceClaim", f"claim-{number}", body, event)

    def _look(self, number: int) -> None:
        device = self.inside[number]
        data: Json = {"identities": [f"id-{device}"] if device else [], "nodes": []}
        self.probe("devices", "replica", data, pod=f"target-{number}")

    def _dial(self, pod: str, value: float) -> None:
        self.probe("dial", "replica", {"value": float(value), "page": []}, pod=pod)

    def _reading(
        self, moment: str, read: dict[str, float], *published: float, part: str = "target"
    ) -> None:
        is_so = {f"{part}-{number}": float(value) for number, value in enumerate(published)}
        said = self.read.get(moment, {k: float(v) for k, v in read.items()})
        if part == "bystander":
            said = read
        if not self.per_pod and said:
            said = {"": sum(said.values())}
        self.add(
            Observation,
            subject="metric-reading",
            data={
                "moment": moment,
                "part": part,
                "round": 1,
                "way": "custom metrics",
                "per_pod": self.per_pod,
                "read": said,
                "published": is_so,
                "seconds": 4.0,
                "why": "" if said else "not found",
            },
        )

    def _timeout(self, stage: str, waiting_on: str, *, outside: bool = False) -> None:
        self.now += 60
        self.timeout(stage, waiting_on, outside=outside)

    def _window(self, name: str, what: str, **data: object) -> None:
        if what == "closed" and self.gap == name:
            self.add(WatchGap, watch="deployments", reason="the stream broke")
        names: Json = {}
        if what == "opened":
            names = {
                "deployment": "target",
                "autoscaler": "hpa-target",
                "bystander": "bystander",
                "bystander_autoscaler": "hpa-bystander",
                "want": WANT,
            }
        self.add(
            Observation,
            subject=f"window-{what}",
            data={"name": name, "round": 1, **names, **data},
        )
        if what == "closed" and self.disturbed == name:
            self.add(Interference, what="others hold d1", round=f"{name} 1")
