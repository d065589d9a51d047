"""`plimsoll route` serves over TLS, and SIGHUP takes a renewed certificate into use."""

from __future__ import annotations

import asyncio
import datetime
import signal
import ssl
from asyncio.subprocess import Process
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest

from plimsoll.router.engine_sim import EngineServer
from tests.unit.router.end_to_end.processes import start

pytest.importorskip("cryptography", reason="makes the certificates")


def certificate(folder: Path, name: str) -> None:
    """Write a certificate for 127.0.0.1, signed by itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, kind, plain))


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
    certificate(tmp_path, "before")
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    flags = ("--endpoint", engines[0].url, "--tls-cert", cert, "--tls-key", key)
    process, url = await start(processes, *flags)
    assert url.startswith("https://")
    assert await status(url, tmp_path / "cert.pem") == 200
    certificate(tmp_path, "after")
    assert await status(url, tmp_path / "cert.pem") == 0
    process.send_signal(signal.SIGHUP)
    for _ in range(200):
        if await status(url, tmp_path / "cert.pem") == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the renewed certificate is not in use")
