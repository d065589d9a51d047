"""Bad input, and what each answers: the table that tests run and docs/errors.md is written from."""

from __future__ import annotations

from tests.unit.cli import bad_input_route, scenes
from tests.unit.cli.case import Case
from tests.unit.cli.case import failed as _failed
from tests.unit.cli.case import undecided as _open
from tests.unit.cli.case import usage as _usage

_SUBMIT = ("submit", "run", "--checklist", "checklist.yaml", "--out", "out")
_SUBMIT_PRODUCT = (*_SUBMIT, "--product", "product.yaml")

CASES: tuple[Case, ...] = (
    _usage("unknown command", "chekc", says="did you mean `plimsoll check`?"),
    _usage("unknown option", "check", "--colour", says="Unknown option: --colour"),
    _usage(
        "unknown requirement",
        *("check", "gang_schedulin"),
        says="did you mean gang_scheduling?",
    ),
    _usage("requirement without a check", "check", "gpu_sharing", says="no check for gpu_sharing"),
    _usage(
        "unknown standard",
        *("check", "--standard", "v1.38"),
        says="there is no checklist 'v1.38'",
    ),
    _usage("unknown profile", "check", "--profile", "moon", says="--profile"),
    _usage(
        "time limits that cannot be meant",
        *("check", "--timeout-factor", "0"),
        says="--timeout-factor 0 is out of range",
    ),
    _usage(
        "no accelerators allowed",
        *("check", "--max-accelerators", "0"),
        says="--max-accelerators 0 is out of range",
    ),
    _usage(
        "a reserve of everything",
        *("check", "--reserve", "1"),
        says="--reserve 1 is out of range",
    ),
    _usage(
        "no new node allowed, and one needed",
        *("check", "--max-new-nodes", "0"),
        says="--max-new-nodes 0 is out of range",
    ),
    _usage(
        "no autoscaler, for no reason",
        *("check", "--no-autoscaler", " "),
        says="--no-autoscaler says no reason",
    ),
    _usage(
        "no autoscaler, and nodes may come",
        *("check", "--no-autoscaler", "fixed racks", "--allow-scale"),
        says="--no-autoscaler and --allow-scale contradict each other",
    ),
    _usage(
        "an endpoint of metrics that is none",
        *("check", "--accelerator-metrics", "monitoring/dcgm-exporter:9400"),
        says="is not NAMESPACE/LABEL=VALUE:PORT/PATH",
    ),
    _usage(
        "an image for the load that is none",
        *("check", "--load-image", "https://registry.example/load"),
        says="is not the reference of an image",
    ),
    _usage("a label without a value", "check", "--label", "team", says="write --label KEY=VALUE"),
    _usage(
        "left out without a reason",
        *("check", "--skip", "dra_support"),
        says="write --skip ID=REASON",
    ),
    _usage(
        "two clusters at once",
        *("check", "--embedded", "--context", "prod"),
        says="does not go with --kubeconfig or --context",
    ),
    _usage(
        "a GatewayClass that cannot be one",
        *("check", "--gateway-class", "My Class"),
        says="cannot be the name of a GatewayClass",
    ),
    _usage(
        "an address of monitoring that is none",
        *("check", "--monitoring", "prometheus:9090"),
        says="NAMESPACE/SERVICE:PORT[/PATH]",
    ),
    _usage(
        "a password in the address of the monitoring",
        *("check", "--monitoring", "https://me:secret@metrics.example"),
        says="give a bearer token in PLIMSOLL_MONITORING_TOKEN",
    ),
    _usage(
        "a metric name that is none",
        *("check", "--metric-name", "requests-total"),
        says="cannot be the name of a metric",
    ),
    _usage("nothing to keep", "check", "--keep", says="--keep is about an embedded platform"),
    _usage("nothing to clean up named", "cleanup", says="name the run to remove, or give --all"),
    _usage(
        "too many nodes",
        "up",
        "--nodes",
        "9",
        says="--nodes 9 is out of range",
        setup=scenes.nothing,
    ),
    _usage(
        "no room for the autoscaler's nodes",
        *("up", "--nodes", "8", "--with", "autoscaler"),
        says="the autoscaler could not add one",
    ),
    _usage(
        "an unknown version", "up", "--kubernetes", "1.30", says="no embedded Kubernetes '1.30'"
    ),
    _usage(
        "unknown operator",
        *("check", "robust_controller", "--operator", "kubray"),
        says="did you mean kuberay?",
    ),
    _usage(
        "unknown operator to stop",
        *("check", "robust_controller", "--disruptive", "everything"),
        says="--disruptive 'everything' is no operator that is known here",
    ),
    _usage(
        "an operator to stop that is left out",
        *("check", "robust_controller", "--operator", "lws", "--disruptive", "jobset"),
        says="--disruptive jobset is about an operator that --operator leaves out",
    ),
    _usage("nothing to audit named", "audit", says="nothing to audit is named"),
    _usage("no such submission", "audit", "absent", says="absent is not there"),
    _usage("a folder without a submission", "audit", ".", says="holds no PRODUCT.yaml"),
    _usage(
        "a version that no submission is for",
        *("audit", ".", "--version", "v1.99"),
        says="choose from: v1.34",
        setup=scenes.submission,
    ),
    _usage(
        "a product that is not there",
        *("audit", ".", "--product", "harbor"),
        says="did you mean harbour?",
        setup=scenes.submission,
    ),
    _usage(
        "a requirement that no submission has",
        *("audit", ".", "--requirement", "gang"),
        says="no submission here has the requirement 'gang'",
        setup=scenes.submission,
    ),
    _failed(
        "a file where the folder of an audit should be",
        *("audit", ".", "--out", "v1.34/harbour/PRODUCT.yaml"),
        says="v1.34/harbour/PRODUCT.yaml cannot be written",
        setup=scenes.submission,
    ),
    _usage(
        "a checklist that is not there",
        *_SUBMIT,
        says="cannot read checklist.yaml: No such file or directory",
    ),
    _usage(
        "a checklist that is none",
        *_SUBMIT_PRODUCT,
        says="give the official file as published",
        setup=scenes.no_checklist,
    ),
    _usage(
        "a checklist of another version than the run",
        *_SUBMIT_PRODUCT,
        says="the run is of Kubernetes v1.37.2, the checklist checklist.yaml is for v1.36",
        setup=scenes.older_checklist,
    ),
    _usage(
        "nobody says what the product is",
        *_SUBMIT,
        says="give a product file with --product FILE",
        setup=scenes.to_submit,
    ),
    _usage(
        "a product file with a placeholder",
        *_SUBMIT_PRODUCT,
        says="product.yaml:3:13: `vendorName` is still a placeholder; fill it in",
        setup=scenes.unfinished_product,
    ),
    _usage(
        "a product file with keys in snake_case",
        *_SUBMIT_PRODUCT,
        says="product.yaml:3:1: write vendor_name as vendorName",
        setup=scenes.snake_case_product,
    ),
    _usage(
        "official results that are not there",
        *(*_SUBMIT_PRODUCT, "--upstream-results", "official"),
        says="official is not a folder",
        setup=scenes.to_submit,
    ),
    _failed(
        "official results that are damaged",
        *(*_SUBMIT_PRODUCT, "--upstream-results", "official"),
        says="official/junit.xml",
        setup=scenes.damaged_results,
    ),
    _failed(
        "a submission of a run that was changed",
        *_SUBMIT_PRODUCT,
        says="run is not as it was written",
        setup=scenes.changed_run,
    ),
    _failed(
        "a submission into a folder with other files",
        *_SUBMIT_PRODUCT,
        says="out holds thesis.tex and was not written by `plimsoll submit`",
        setup=scenes.foreign_folder,
    ),
    _usage("nothing to lint named", "lint", says="nothing to lint"),
    _usage("no such file to lint", "lint", "absent", says="absent is not there"),
    _usage("a folder without anything to lint", "lint", ".", says="holds no PRODUCT.yaml"),
    _usage(
        "a dry run of nothing",
        *("lint", ".", "--dry-run"),
        says="--dry-run is about --fix",
        setup=scenes.submission,
    ),
    _usage(
        "a dry run in a form for programs",
        *("lint", ".", "--fix", "--dry-run", "--format", "json"),
        says="--dry-run prints the change and nothing else",
        setup=scenes.submission,
    ),
    _usage(
        "a checklist to lint against that is not there",
        *("lint", ".", "--checklist", "absent.yaml"),
        says="cannot read absent.yaml: No such file or directory",
        setup=scenes.submission,
    ),
    _usage(
        "a checklist to lint against that is none",
        *("lint", ".", "--checklist", "checklist.yaml"),
        says="give the official file as published",
        setup=scenes.broken_checklist,
    ),
    _usage(
        "a folder of checklists that holds none",
        *("lint", ".", "--checklist", "v1.34"),
        says="v1.34 holds no AIConformance-*.yaml",
        setup=scenes.submission,
    ),
    _failed("no kubeconfig", "check", says="there is no kubeconfig"),
    _failed(
        "a kubeconfig that is none",
        "check",
        says="it names no cluster",
        setup=scenes.kubeconfig("a: b"),
    ),
    _failed(
        "a kubeconfig that is not YAML",
        "check",
        says="cannot be read",
        setup=scenes.kubeconfig("a: [b"),
    ),
    _failed(
        "unknown context",
        *("check", "--context", "prod"),
        says="give --context NAME; it has: fake",
        setup=scenes.cluster,
    ),
    _failed("unreachable cluster", "check", says="cannot be reached", setup=scenes.gone),
    _failed("expired credentials", "check", says="log in again", setup=scenes.expired),
    _failed(
        "a run folder that is not empty",
        *("check", "--out", "out"),
        says="out exists and is not an empty folder",
        setup=scenes.full_folder,
    ),
    _failed(
        "a file where the run folder should be",
        *("check", "--out", "out/run"),
        says="the run folder out/run cannot be made",
        setup=scenes.file_in_the_way,
    ),
    _failed(
        "a product file that says nothing",
        *("check", "--product", "product.yaml"),
        says="does not say a name",
        setup=scenes.bad_product,
    ),
    _failed(
        "no disk space",
        *("check", "dra_support", "--out", "out"),
        says="out/facts.jsonl cannot be written: No space left on device",
        setup=scenes.full_disk,
    ),
    _failed("no such run folder", "verify", "run", says="there is no run folder run"),
    _failed(
        "damaged run folder",
        "verify",
        "run",
        says="run has no manifest.json",
        setup=scenes.damaged_run,
    ),
    _failed(
        "tools missing", "up", "--name", "never", says="apt-get install", setup=scenes.no_tools
    ),
    _failed("not root", "up", "--name", "never", says="root", setup=scenes.not_root),
    _open(
        "cluster of an unknown version",
        "check",
        says="for which no checklist is known here",
        setup=scenes.old_cluster,
    ),
    _open(
        "forbidden verb",
        *("check", "secure_accelerator_access"),
        says="rights are missing: create pods",
        setup=scenes.forbidden,
    ),
    _open(
        "namespaces may not be made",
        *("check", "secure_accelerator_access"),
        says="namespaces is forbidden",
        setup=scenes.no_namespaces,
    ),
    _open(
        "pods refused by a policy",
        *("check", "secure_accelerator_access"),
        says="denied by policy require-team-label",
        setup=scenes.policy,
    ),
    _open(
        "another run is alive",
        *("check", "secure_accelerator_access"),
        says="the run xyz234 is alive on this cluster",
        setup=scenes.live_run,
    ),
    _open(
        "no accelerator",
        *("check", "secure_accelerator_access"),
        says="no accelerator was found",
        setup=scenes.cluster,
    ),
    _open(
        "no driver",
        *("check", "dra_support", "--strict"),
        says="no DRA driver publishes accelerators here",
        setup=scenes.cluster,
    ),
    _open(
        "new nodes that nobody allowed",
        *("check", "cluster_autoscaling"),
        says="nobody allowed it",
        setup=scenes.cluster,
    ),
    _open(
        "no autoscaler, on machines of a cloud",
        *("check", "cluster_autoscaling", "--no-autoscaler", "turned off"),
        says="nodes are machines of aws",
        setup=scenes.machines_of_a_cloud,
    ),
    _open(
        "no exporter of accelerators' metrics",
        *("check", "accelerator_metrics"),
        says="install an exporter; known are: NVIDIA DCGM exporter",
        setup=scenes.accelerators_without_exporter,
    ),
    _open(
        "no GatewayClass",
        *("check", "ai_inference"),
        says="there is no GatewayClass on this cluster",
        setup=scenes.cluster,
    ),
    _open(
        "unknown GatewayClass",
        *("check", "ai_inference", "--gateway-class", "istoi"),
        says="did you mean istio? choose from: istio",
        setup=scenes.gateway_class,
    ),
    _open(
        "a Gateway that may be public was not allowed",
        *("check", "ai_inference"),
        says="allow it with --allow-public",
        setup=scenes.gateway_class,
    ),
    _open(
        "no monitoring",
        *("check", "ai_service_metrics"),
        says="no monitoring was found",
        setup=scenes.cluster,
    ),
    _open(
        "monitoring that does not answer",
        *("check", "ai_service_metrics", "--monitoring", "monitoring/prometheus:9090"),
        says="monitoring/prometheus:9090 did not answer (503)",
        setup=scenes.cluster,
    ),
    _open(
        "no operator",
        *("check", "robust_controller"),
        says="no AI operator is installed",
        setup=scenes.cluster,
    ),
    _open(
        "an operator that is not installed",
        *("check", "robust_controller", "--operator", "kuberay"),
        says="kuberay: it was asked for, and its kind is not served",
        setup=scenes.cluster,
    ),
    _open(
        "no gang engine",
        *("check", "gang_scheduling"),
        says="no gang engine was discovered",
        setup=scenes.cluster,
    ),
    *bad_input_route.CASES,
)
"""Every case; the ones that end with 2 need a cluster to show it."""
