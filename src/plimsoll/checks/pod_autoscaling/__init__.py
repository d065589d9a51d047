"""The requirement pod_autoscaling: accelerator pods follow a metric of their own, up and down."""
