"""Envoy Gateway as the embedded platform carries it, and the addresses that its Services need."""
