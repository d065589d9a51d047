"""The image of one program: a component's, which exists only on the platform's nodes.

It holds the program with what it loads, and nothing else; it runs as a user without rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.images import ACCOUNTS, SEARCH_PATH, build_image
from plimsoll.embedded.python_runtime import ENVIRONMENT

USER = 65532
"""The user and the group that such a program runs as."""


def program_image(
    program: Path, *, name: str, path: str, libraries: Mapping[str, Path] | None = None
) -> Path:
    """Return the cached archive of the image that holds `program` at `path`, and runs it.

    `name` is the full reference (registry/repository:tag); `libraries` maps absolute paths in the
    image to what the program loads from there. Raises what `build_image` and `cached` raise.
    """
    files = {path: program, **(libraries or {})}
    signatures = (f"{target}={file_signature(file)}" for target, file in sorted(files.items()))

    def make(archive: Path) -> None:
        build_image(
            archive,
            name=name,
            files={**ACCOUNTS, **files},
            user=f"{USER}:{USER}",
            entrypoint=[path],
            env={"PATH": SEARCH_PATH} | (ENVIRONMENT if libraries else {}),
        )

    repository = name.rpartition("/")[2].partition(":")[0]
    return cached(f"images/{repository}-{fingerprint([name, path, *signatures])}.tar", make)
