"""AWS Trainium and Inferentia. How a published device maps to a node is not known here."""

from __future__ import annotations

from plimsoll.adapters.accelerators.family import NVIDIA_BYPASSES, Bypass, Family

FAMILY = Family(
    name="neuron",
    title="AWS Neuron device",
    drivers=("neuron.aws.com",),
    device_classes=("neuron.aws.com",),
    resources=(r"aws\.amazon\.com/neuron(device|core)?",),
    whole="aws.amazon.com/neuron",
    shared_resources=(r"aws\.amazon\.com/neuroncore",),
    identity_nodes=(r"/dev/neuron\d+",),
    bypasses=(
        *NVIDIA_BYPASSES,
        Bypass(
            kind="environment",
            name="AWS_NEURON_VISIBLE_DEVICES=all",
            environment={"AWS_NEURON_VISIBLE_DEVICES": "all"},
        ),
    ),
    taints=("aws.amazon.com/neuron",),
)
