"""`plimsoll down`: removes embedded platforms, leaving nothing behind."""

from __future__ import annotations

import time


def down(*, name: str = "default", all: bool = False) -> int:  # noqa: A002 - the option's name
    """Stop an embedded platform and leave nothing behind.

    Removes its processes, namespaces, network, mounts, control groups, devices and files, also of a
    platform that never came up.

    Parameters
    ----------
    name
        The platform to remove.
    all
        Remove every platform of this machine.
    """
    from plimsoll.embedded import platform
    from plimsoll.embedded.state import names
    from plimsoll.embedded.tools import require_root

    require_root()
    for each in names() if all else [name]:
        begun = time.monotonic()
        if platform.down(each):
            print(f"The platform {each!r} is gone ({time.monotonic() - begun:.1f} s).")
        else:
            print(f"There is no platform {each!r}.")
    if all and not names():
        print("No platform is left on this machine.")
    return 0
