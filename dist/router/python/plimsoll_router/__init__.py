"""Data plane of ``plimsoll route``: an inference router's proxy and endpoint picker, in Rust.

One class, `Router`, is the whole interface: settings go in as JSON, state and metrics come out as
text. `SettingsError` carries a sentence about settings that cannot be used. No call holds the
interpreter lock while it waits, and nothing Python runs per request unless a policy is given.
"""

import atexit as _atexit

from plimsoll_router._core import PolicyView, Router, SettingsError, __version__
from plimsoll_router._core import stop_all as _stop_all

__all__ = ["PolicyView", "Router", "SettingsError", "__version__"]

_atexit.register(_stop_all)
