"""`plimsoll route` serves over TLS, and SIGHUP takes a renewed certificate into use."""

from __future__ import annotations

import asyncio
import shutil
import signal
import ssl
from asyncio.subprocess import Process
from pathlib import Path

import httpx2
import pytest

from plimsoll.router.engine_sim import EngineServer
from tests.unit.router.end_to_end.processes import start

pytest.importorskip("cryptography", reason="makes the certificates")


def certificate(folder: Path, name: str) -> Path:
    """Put another certificate for 127.0.0.1 and its key in place; return its authority."""
    from tests.router import certificates

    files = certificates.write(folder / name)
    for kind in ("certificate", "key"):
        shutil.copy(files[kind], folder / f"{kind}.pem")
    return files["ca"]


async def status(url: str, authority: Path) -> int:
    """Return the status of a request, 0 when the certificate is not trusted."""
    context = ssl.create_default_context(cafile=str(authority))
    async with httpx2.AsyncClient(verify=context, timeout=30) as client:
        try:
            return (await client.get(f"{url}/v1/models")).status_code
        except httpx2.ConnectError:
            return 0


async def test_a_renewed_certificate(
    engines: list[EngineServer], processes: list[Process], tmp_path: Path
) -> None:
    before = certificate(tmp_path, "before")
    cert, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    flags = ("--endpoint", engines[0].url, "--tls-cert", cert, "--tls-key", key)
    process, url = await start(processes, *flags)
    assert url.startswith("https://")
    assert await status(url, before) == 200
    after = certificate(tmp_path, "after")
    assert await status(url, after) == 0
    process.send_signal(signal.SIGHUP)
    for _ in range(200):
        if await status(url, after) == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the renewed certificate is not in use")
