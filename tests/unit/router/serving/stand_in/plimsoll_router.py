"""Stands in for the data plane: writes down what it is told, to the file $CALLS."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class SettingsError(ValueError):
    """As the data plane's."""


def _note(call: str, **what: Any) -> None:
    with Path(os.environ["CALLS"]).open("a") as file:
        file.write(json.dumps({"call": call, **what}) + "\n")


class Router:
    """Serves nothing."""

    def __init__(self, bootstrap: bytes, live: bytes, policy: Callable[..., Any] | None) -> None:
        self.bootstrap = json.loads(bootstrap)
        if os.environ.get("REFUSE") == "new":
            raise SettingsError("no such thing")
        _note("new", live=json.loads(live), policy=policy is not None)

    def start(self) -> dict[str, str]:
        if os.environ.get("REFUSE") == "start":
            raise SettingsError("address in use")
        _note("start")
        names = {"listen": "proxy", "ext_proc": "ext_proc", "metrics": "metrics"}
        return {name: "127.0.0.1:1" for key, name in names.items() if self.bootstrap.get(key)}

    def apply(self, live: bytes) -> None:
        settings = json.loads(live)
        if any(each["address"].startswith("10.9.9.9") for each in settings["endpoints"]):
            raise SettingsError("10.9.9.9 is not wanted")
        _note("apply", live=settings)

    def drain(self, seconds: float) -> bool:
        _note("drain", seconds=seconds)
        time.sleep(float(os.environ.get("DRAIN", "0")))
        return True

    def stop(self) -> None:
        _note("stop")
