"""The data plane as Python sees it: one class of `plimsoll_router`, which may not be installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Protocol

from plimsoll.errors import PlimsollError
from plimsoll.router.policy import PolicyView

PACKAGE = "plimsoll_router"
AskPolicy = Callable[[PolicyView], int | None]


class RouterHandle(Protocol):
    """A running router; docs/route-boundary.md has every call."""

    def start(self) -> dict[str, str]:
        """Bind and serve; return the addresses by listener."""

    def apply(self, live: bytes) -> None:
        """Replace endpoints and decisions at once."""

    def state(self) -> bytes:
        """Return endpoints and counts as JSON."""

    def metrics(self, names: str) -> str:
        """Return the page of metrics."""

    def drain(self, seconds: float) -> bool:
        """Take nothing new and wait for what runs; False when some still ran."""

    def stop(self) -> None:
        """End everything."""


class NotInstalledError(PlimsollError):
    """The data plane is a package of its own, and is not there."""


def load() -> ModuleType:
    """Return the extension. Raises NotInstalledError, PlimsollError for one that cannot load."""
    try:
        return import_module(PACKAGE)
    except ModuleNotFoundError as error:
        raise NotInstalledError(
            "the router needs its data plane, the package plimsoll-router, which is not installed",
            next_step="pip install 'plimsoll[router]'",
        ) from error
    except ImportError as error:
        raise PlimsollError(
            f"the data plane plimsoll-router cannot be loaded: {error}",
            next_step="pip install --force-reinstall plimsoll-router",
        ) from error


def make(bootstrap: bytes, live: bytes, policy: AskPolicy | None) -> RouterHandle:
    """Return a router that does not serve yet. Raises PlimsollError for settings of no use."""
    module = load()
    try:
        router: RouterHandle = module.Router(bootstrap, live, policy)
    except module.SettingsError as error:
        raise refused(error) from error
    return router


def refused(error: Exception) -> PlimsollError:
    """Return the data plane's refusal as an error of ours."""
    return PlimsollError(
        f"the data plane refuses these settings: {error}",
        next_step="`plimsoll route --help` and docs/route-configuration.md have the bounds",
    )


def settings_error() -> type[Exception]:
    """Return the class of the data plane's refusals."""
    kind: type[Exception] = load().SettingsError
    return kind
