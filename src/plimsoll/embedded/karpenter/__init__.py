"""Karpenter as the embedded platform carries it: upstream's core, with nodes of this machine."""
