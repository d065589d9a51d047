"""The picker behind TLS: Envoy and the suite trust its authority, and nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plimsoll.errors import PlimsollError
from plimsoll.router.conformance import Options, run_picker
from plimsoll.router.envoy_options import PickerTls
from tests.router import certificates
from tests.router.conftest import Stage, chat

pytestmark = pytest.mark.router


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return certificates.write(tmp_path)


def encrypted(files: dict[str, Path]) -> dict[str, Any]:
    """Return bootstrap settings."""
    return {"ext_proc_tls": {name: str(files[name]) for name in ("certificate", "key")}}


async def test_envoy_asks_a_picker_whose_certificate_it_trusts(
    stage: Stage, files: dict[str, Path]
) -> None:
    tls = PickerTls(ca_file=str(files["ca"]), name=certificates.NAME)
    await stage.open(bootstrap=encrypted(files), picker_tls=tls, fail_open=False)
    answer = await stage.client.post("/v1/chat/completions", json=chat())
    assert (
        answer.status_code,
        "x-gateway-destination-endpoint" in answer.json()["headers"],
    ) == (200, True)


async def test_envoy_asks_no_picker_with_another_name(stage: Stage, files: dict[str, Path]) -> None:
    tls = PickerTls(ca_file=str(files["ca"]), name="other")
    await stage.open(bootstrap=encrypted(files), picker_tls=tls, fail_open=False)
    answer = await stage.client.post("/v1/chat/completions", json=chat())
    assert answer.status_code >= 500


async def test_the_suite_speaks_tls(stage: Stage, files: dict[str, Path]) -> None:
    await stage.open(bootstrap=encrypted(files), fail_open=True)
    options = Options(ca_file=str(files["ca"]), server_name=certificates.NAME)
    report = await run_picker(stage.picker.address, options, ["header-is-metadata", "health"])
    assert report.failed == ()
    with pytest.raises(PlimsollError, match="No picker answers"):
        await run_picker(stage.picker.address, Options(seconds=1))
