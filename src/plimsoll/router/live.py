"""From what a user named (files, flags, a pool) to the settings that can be replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from plimsoll.errors import PlimsollError, UsageError
from plimsoll.router import endpoint_file
from plimsoll.router.endpoint_spec import EndpointSpec, parse_flag
from plimsoll.router.epp_config import EppConfig, load
from plimsoll.router.findings import Finding, did_you_mean
from plimsoll.router.presets import DEFAULT, preset
from plimsoll.router.resolve import Lookup, Resolver, look_up
from plimsoll.router.settings import (
    ENGINES,
    EndpointSettings,
    LiveSettings,
    PolicySettings,
    RewriteSettings,
    ScrapeSettings,
)


class PoolReference(Struct, frozen=True, kw_only=True):
    """An InferencePool, and the cluster that has it."""

    name: str
    namespace: str
    kubeconfig: str = ""
    context: str = ""


class Inputs(Struct, frozen=True, kw_only=True):
    """What the user named; everything else follows from it."""

    config: str = ""
    """Path of an EndpointPickerConfig; empty: the preset."""
    preset: str = DEFAULT
    endpoints: tuple[str, ...] = ()
    """As written after `--endpoint`."""
    endpoints_file: str = ""
    pool: PoolReference | None = None
    rewrites: tuple[RewriteSettings, ...] = ()
    engine: str = ""
    """Whose metric names endpoints use that name no engine; empty: the configuration says."""
    scrape: ScrapeSettings = field(default_factory=ScrapeSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    fallbacks: int = 2


class Composer:
    """Reads the files and puts the settings together; what was read stays until a read succeeds."""

    def __init__(self, inputs: Inputs, lookup: Lookup = look_up, keep_seconds: float = 0) -> None:
        self.inputs = inputs
        self.config: EppConfig = EppConfig(name="", decisions=None)
        self.problems: tuple[str, ...] = ()
        """What there was to say about the endpoints of the last composition."""
        self._flags = tuple(parse_flag(each) for each in inputs.endpoints)
        self._file = endpoint_file.EndpointFile()
        self._resolver = Resolver(lookup, keep_seconds)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that decide, as they are known now."""
        named = (self.inputs.config, self.endpoints_file)
        return tuple(Path(each) for each in named if each)

    @property
    def endpoints_file(self) -> str:
        """The file of endpoints: the one of the flag, else the one of the configuration."""
        return self.inputs.endpoints_file or self.config.endpoints_file

    @property
    def has_names(self) -> bool:
        """Whether some host has to be looked up again and again; localhost never moves."""
        return any(spec.is_name and spec.host != "localhost" for spec in self._specs())

    @property
    def changes(self) -> bool:
        """Whether anything can change without a new start."""
        return bool(self.files or self.inputs.pool or self.has_names)

    def read(self) -> None:
        """Read configuration and endpoints. Raises PlimsollError; then nothing has changed."""
        config = (
            load(Path(self.inputs.config)) if self.inputs.config else preset(self.inputs.preset)
        )
        _refuse(config.errors, f"plimsoll route lint {config.name}")
        path = self.inputs.endpoints_file or config.endpoints_file
        file = _read_endpoints(Path(path)) if path else endpoint_file.EndpointFile()
        self._check_engines(config, file)
        self.config, self._file = config, file

    async def compose(self, pool: Sequence[EndpointSettings] = ()) -> LiveSettings:
        """Return the settings of this moment; `pool` are the endpoints of the InferencePool."""
        endpoints, self.problems = await self._resolver.endpoints(self._specs())
        decisions = self.config.decisions
        if decisions is None:
            raise PlimsollError("no configuration has been read", next_step="read one first")
        known = {each.address for each in endpoints}
        live = decisions.live((*endpoints, *(e for e in pool if e.address not in known)))
        return replace(
            live,
            rewrites=(*self.inputs.rewrites, *self._file.rewrites),
            scrape=replace(
                self.inputs.scrape,
                engine=self.inputs.engine or live.scrape.engine,
                engines=live.scrape.engines,
            ),
            policy=self.inputs.policy,
            fallbacks=self.inputs.fallbacks,
            pool=self.inputs.pool.name if self.inputs.pool else "default",
        )

    def _check_engines(self, config: EppConfig, file: endpoint_file.EndpointFile) -> None:
        """Raise UsageError for an engine whose metric names nobody knows."""
        known = {*ENGINES, *(config.decisions.engines if config.decisions else ())}
        named = [spec.engine for spec in (*self._flags, *file.endpoints)]
        for engine in (self.inputs.engine, *named):
            if engine and engine not in known:
                raise UsageError(
                    f"there is no engine {engine!r}", next_step=did_you_mean(engine, known)
                )

    def _specs(self) -> tuple[EndpointSpec, ...]:
        return (*self._flags, *self._file.endpoints)


def _read_endpoints(path: Path) -> endpoint_file.EndpointFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlimsollError(
            f"the file of endpoints {path} cannot be read: {error.strerror}",
            next_step="write `endpoints: [{url: http://host:port}]` to it",
        ) from error
    file = endpoint_file.parse(data, str(path))
    _refuse(file.errors, "")
    return file


def _refuse(errors: Sequence[Finding], look: str) -> None:
    if not errors:
        return
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    step = errors[0].next_step or "correct it"
    raise PlimsollError(
        f"{errors[0].place}: {errors[0].what}{more}",
        next_step=f"{step}; `{look}` shows everything" if look else step,
    )
