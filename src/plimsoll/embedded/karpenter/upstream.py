"""Karpenter's kinds as its Go module ships them."""

from __future__ import annotations

from plimsoll.embedded.upstream import Upstream

KARPENTER = Upstream(
    title="Karpenter",
    build="karpenter",
    module="sigs.k8s.io/karpenter",
    paths=(
        "pkg/apis/crds/karpenter.sh_nodepools.yaml",
        "pkg/apis/crds/karpenter.sh_nodeclaims.yaml",
        "pkg/apis/crds/karpenter.sh_nodeoverlays.yaml",
        # The provider has nothing to configure, so it takes the class of upstream's example.
        "kwok/apis/crds/karpenter.kwok.sh_kwoknodeclasses.yaml",
    ),
    component="autoscaler",
)
