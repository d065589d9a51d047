"""What can go wrong between a check and a cluster, one class for each kind of ending.

A check catches these per group of claims, so that one refusal does not hide the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.errors import ExitCode, PlimsollError
from plimsoll.record.facts import Refused


class ClusterError(PlimsollError):
    """The cluster could not be reached or answered with an error; `code` is 0 without an answer."""

    def __init__(
        self, what: str, *, next_step: str = "", code: int = 0, reason: str = "", message: str = ""
    ) -> None:
        super().__init__(what, next_step=next_step)
        self.code = code
        self.reason = reason
        self.message = message


class RefusedError(ClusterError):
    """The cluster refused to make or change an object: rights, policy, quota or a webhook."""

    exit_code = ExitCode.INCONCLUSIVE
    fact: Refused | None = None
    """The fact that was written of it."""


class BlockedError(PlimsollError):
    """A step cannot be done here, which leaves claims undecided."""

    exit_code = ExitCode.INCONCLUSIVE

    def __init__(self, what: str, *, next_step: str, claims: Sequence[str] = ()) -> None:
        super().__init__(what, next_step=next_step)
        self.claims = tuple(claims)


class Timeout(PlimsollError):  # noqa: N818  (the checks' word for it)
    """A stage did not end in its time."""

    exit_code = ExitCode.INCONCLUSIVE

    def __init__(self, stage: str, seconds: float, waiting_on: str, *, outside: bool) -> None:
        super().__init__(
            f"{stage}: not reached within {seconds:g} s; waiting on {waiting_on}",
            next_step="a slow cluster needs a larger --timeout-factor",
        )
        self.stage = stage
        self.seconds = seconds
        self.waiting_on = waiting_on
        self.outside = outside
