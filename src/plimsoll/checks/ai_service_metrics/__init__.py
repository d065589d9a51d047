"""ai_service_metrics: the platform's monitoring discovers a workload and collects its metrics."""
