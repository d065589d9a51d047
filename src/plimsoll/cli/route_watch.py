"""The process beside `plimsoll route` that watches files, names and clusters (not for people)."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.router.inference_pool import Api
    from plimsoll.router.live import PoolReference

MODULE = "plimsoll.cli.route_watch"


@asynccontextmanager
async def open_api(pool: PoolReference) -> AsyncIterator[Api]:
    """Connect to the cluster of a pool. Raises PlimsollError."""
    from plimsoll.harness.connection import connect
    from plimsoll.harness.transport import Transport

    connection = connect(pool.kubeconfig, pool.context)
    try:
        yield Transport(connection)
    finally:
        await connection.close()


def main() -> int:
    """Serve one parent; signals are its business alone."""
    from plimsoll.router.watching import watch

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        return asyncio.run(watch(open_api))
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
