"""From the words on the command line of `plimsoll route` to a plan.

Everything that the command line alone shows to be wrong is found here, before anything is read.
"""

from __future__ import annotations

from pathlib import Path

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router.bootstrap import EndpointTlsSettings, TlsSettings
from plimsoll.router.endpoint_spec import at_port, parse_flag
from plimsoll.router.listen import parse_listen
from plimsoll.router.live import PoolReference
from plimsoll.router.presets import DEFAULT, PRESETS, preset

_SERVICE_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def address(option: str, text: str) -> str | None:
    """Return `host:port` of an option, None when it was not given. Raises UsageError."""
    return at_port(*parse_listen(text, option)) if text else None


def doors(listen: str, ext_proc: str) -> None:
    """Raise UsageError when nothing is to be served."""
    if not listen and not ext_proc:
        raise UsageError(
            "nothing to serve",
            next_step="give --listen ADDRESS (OpenAI API) or --ext-proc ADDRESS (endpoint picker)",
        )


def configuration(config: Path | None, named: str) -> tuple[str, str]:
    """Return the file and the preset. Raises UsageError for both, or for an unknown preset."""
    if config is not None and named:
        raise UsageError(
            "--config and --preset both say how to decide",
            next_step=f"keep one; `plimsoll route lint` prints presets: {', '.join(PRESETS)}",
        )
    if named:
        preset(named)
    return str(config or ""), named or DEFAULT


def endpoints(
    given: tuple[str, ...], file: Path | None, pool: PoolReference | None, config: str
) -> None:
    """Raise UsageError for an endpoint that is none, or when nothing says where they are."""
    seen: set[tuple[str, int]] = set()
    for text in given:
        spec = parse_flag(text)
        if (spec.host, spec.port) in seen:
            raise UsageError(
                f"--endpoint {text}: {spec.host}:{spec.port} is given twice",
                next_step="give every endpoint once",
            )
        seen.add((spec.host, spec.port))
    if not given and file is None and pool is None and not config:
        raise UsageError(
            "there is no endpoint to route to",
            next_step="give --endpoint URL, --endpoints FILE or --inference-pool NAME",
        )


def pool(name: str, namespace: str, kubeconfig: str, context: str) -> PoolReference | None:
    """Return the InferencePool. Raises UsageError when its parts are given without it."""
    if name:
        return PoolReference(
            name=name,
            namespace=namespace or _own_namespace(),
            kubeconfig=kubeconfig,
            context=context,
        )
    options = (("--namespace", namespace), ("--kubeconfig", kubeconfig), ("--context", context))
    for option, value in options:
        if value:
            raise UsageError(
                f"{option} is about an InferencePool",
                next_step="add --inference-pool NAME, or leave it out",
            )
    return None


def _own_namespace() -> str:
    try:
        return _SERVICE_NAMESPACE.read_text().strip() or "default"
    except OSError:
        return "default"


def certificates(
    prefix: str, cert: Path | None, key: Path | None, client_ca: Path | None
) -> TlsSettings | None:
    """Return the certificates of a listener. Raises UsageError for half of them."""
    if cert is None and key is None and client_ca is None:
        return None
    if cert is None or key is None:
        missing = f"{prefix}-cert" if cert is None else f"{prefix}-key"
        raise UsageError(
            f"a certificate needs its key: {missing} is missing",
            next_step=f"give {prefix}-cert FILE and {prefix}-key FILE",
        )
    return TlsSettings(
        certificate=_readable(f"{prefix}-cert", cert),
        key=_readable(f"{prefix}-key", key),
        client_ca=_readable(f"{prefix}-client-ca", client_ca) if client_ca else None,
    )


def authority(ca: Path | None) -> EndpointTlsSettings:
    """Return how certificates of endpoints are judged."""
    return EndpointTlsSettings(ca=_readable("--endpoint-ca", ca) if ca else None)


def _readable(option: str, path: Path) -> str:
    try:
        with path.open("rb"):
            return str(path)
    except OSError as error:
        raise PlimsollError(
            f"{option} {path} cannot be read: {error.strerror}", next_step="name a PEM file"
        ) from error


def in_range(option: str, value: float, least: float, most: float) -> None:
    """Raise UsageError when a number cannot be meant."""
    if not least <= value <= most:
        raise UsageError(
            f"{option} {value:g} is out of range", next_step=f"give {least:g} to {most:g}"
        )
