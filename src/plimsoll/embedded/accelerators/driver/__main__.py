"""`python -m plimsoll.embedded.accelerators.driver`: run the driver until SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import os
import signal
import sys

from plimsoll.embedded.accelerators.driver.cluster import Cluster
from plimsoll.embedded.accelerators.driver.node import NodeDriver
from plimsoll.embedded.accelerators.driver.settings import DriverError, Settings

log = logging.getLogger(__name__)


def main() -> int:
    """Return the exit status: 0 after a signal, 1 if the driver cannot run."""
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        settings = Settings.from_environment(os.environ)
        driver = NodeDriver(settings, Cluster.from_environment(os.environ))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: driver.stop())
        log.info("%s on %s: %s", settings.mode, settings.node, settings)
        driver.run()
    except (DriverError, OSError) as error:
        log.error("the driver cannot run: %s", error)  # noqa: TRY400  (a sentence, no trace)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
