"""What `ai_service_metrics` claims: a workload's metrics arrive; then, that they are true."""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

_DIRECT = "a pod of the run reads the same counter directly and finds the same number"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="service-answers-directly",
        title="A service of the run offers its counter in the Prometheus text format",
        basis=Basis.CHECKLIST,
        why="A service that cannot be read would prove nothing about the monitoring.",
        is_control=True,
    ),
    Claim(
        id="service-metrics-collected",
        title="The platform's monitoring discovers a service that opts in and collects its metrics",
        basis=Basis.CHECKLIST,
        why="Without it each team brings its own monitoring, and nobody sees the whole.",
    ),
    Claim(
        id="count-exact-after-first-requests",
        title="After some requests the monitoring answers with exactly their number",
        basis=Basis.STRICTER,
        why="A value from somewhere else, or from another time, misleads whoever acts on it.",
        control=_DIRECT,
    ),
    Claim(
        id="count-exact-after-more-requests",
        title="After more requests it answers with exactly the new number",
        basis=Basis.STRICTER,
        why="Monitoring that keeps what it saw first looks healthy until it is needed.",
        control=_DIRECT,
    ),
    Claim(
        id="training-metrics-collected",
        title="The last count of a training Job arrives, too",
        basis=Basis.STRICTER,
        why="Training is half of what accelerators do, and its pods come and go.",
        control=_DIRECT,
    ),
    Claim(
        id="stopped-service-ages-out",
        title="When the service is gone, no new samples of it appear",
        basis=Basis.STRICTER,
        why="Dashboards and autoscalers must not act on a service that no longer exists.",
        control="while it ran, new samples of it appeared",
    ),
    Claim(
        id="not-opted-in-is-left-alone",
        title="A service that did not opt in is not collected, or the monitoring takes everything",
        basis=Basis.STRICTER,
        why="What is collected must be somebody's choice: the workload's, or the platform's.",
        control="the same program, opted in, was collected in the same time",
    ),
)
