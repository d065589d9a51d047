"""The operators that the platform carries: LeaderWorkerSet for inference, JobSet for training.

Both are real controllers with validating webhooks, built from their Go modules; what differs
between them stands here, and nowhere else.
"""

from __future__ import annotations

from msgspec import Struct

from plimsoll.embedded.upstream import Upstream


class Operator(Struct, frozen=True, kw_only=True):
    """One operator: where it comes from and what its objects are called."""

    upstream: Upstream
    group: str
    """The API group of its own kind."""
    plural: str
    settings: str
    """The apiVersion of its configuration file."""

    @property
    def name(self) -> str:
        """Its short name, which upstream's object names begin with."""
        return self.upstream.build

    @property
    def namespace(self) -> str:
        """Where its manager runs."""
        return f"{self.name}-system"

    @property
    def deployment(self) -> str:
        """The Deployment of its manager."""
        return f"{self.name}-controller-manager"

    @property
    def service(self) -> str:
        """The Service that its webhooks are called through."""
        return f"{self.name}-webhook-service"

    @property
    def host(self) -> str:
        """The name that its webhook's certificate must carry."""
        return f"{self.service}.{self.namespace}.svc"

    @property
    def authority(self) -> str:
        """The name without which it refuses a certificate authority."""
        return f"{self.name}-ca"

    @property
    def secret(self) -> str:
        """The Secret with its webhook's certificate."""
        return f"{self.name}-webhook-server-cert"

    @property
    def validating(self) -> str:
        """Its validating webhook configuration."""
        return f"{self.name}-validating-webhook-configuration"

    @property
    def mutating(self) -> str:
        """Its mutating webhook configuration."""
        return f"{self.name}-mutating-webhook-configuration"

    @property
    def image(self) -> str:
        """The full reference of its manager's image, which exists only on the nodes."""
        return f"plimsoll.local/{self.name}:{self.upstream.version()}"


OPERATORS: tuple[Operator, ...] = (
    Operator(
        upstream=Upstream(
            title="LeaderWorkerSet", build="lws", module="sigs.k8s.io/lws", component="operators"
        ),
        group="leaderworkerset.x-k8s.io",
        plural="leaderworkersets",
        settings="config.lws.x-k8s.io/v1alpha1",
    ),
    Operator(
        upstream=Upstream(
            title="JobSet", build="jobset", module="sigs.k8s.io/jobset", component="operators"
        ),
        group="jobset.x-k8s.io",
        plural="jobsets",
        settings="config.jobset.x-k8s.io/v1alpha1",
    ),
)
