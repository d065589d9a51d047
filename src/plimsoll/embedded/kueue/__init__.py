"""Kueue as the embedded platform carries it: upstream's manifests, made to fit a small machine."""
