"""The platform's own monitoring: Prometheus, and the adapter that serves autoscalers from it."""
