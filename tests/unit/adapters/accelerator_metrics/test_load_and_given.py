"""What loads an accelerator, what shows that it does, and how users write endpoints and images."""

from __future__ import annotations

import pytest

from plimsoll.adapters.accelerator_metrics.given import check_image, parse_endpoint
from plimsoll.adapters.accelerator_metrics.load import load_for
from plimsoll.adapters.accelerators.families import registry
from plimsoll.errors import UsageError
from plimsoll.harness.options import Options


def test_simulated_accelerators_are_loaded_by_our_own_program() -> None:
    load = load_for(registry()["plimsoll"], Options(embedded=True), memory_bytes=16 << 20)
    assert load is not None
    assert (load.bytes_used, load.has_python, load.command[:2]) == (
        8 << 20,
        True,
        ("python3", "-c"),
    )


def test_no_device_of_a_foreign_cluster_is_written_to() -> None:
    assert load_for(registry()["plimsoll"], Options()) is None


def test_others_are_loaded_by_the_image_that_the_user_gives_and_by_nothing_else() -> None:
    nvidia = registry()["nvidia"]
    load = load_for(nvidia, Options(load_image="registry.example/burn:1"))
    assert load is not None
    assert (load.image, load.command, load.has_python) == ("registry.example/burn:1", (), False)
    assert load_for(nvidia, Options(embedded=True)) is None


def test_witness_takes_the_busiest_accelerator_and_nothing_from_an_error() -> None:
    load = load_for(registry()["nvidia"], Options(load_image="burn"))
    assert load is not None
    assert load.witness is not None
    assert (load.witness.read("3\n 98 \n"), load.witness.read("command not found")) == (98, None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("gpu/app=dcgm:9400", ("gpu", "app", "dcgm", "9400", "/metrics")),
        ("a-b/x.io/k=v_1:web/a/b", ("a-b", "x.io/k", "v_1", "web", "/a/b")),
    ],
)
def test_endpoints_are_read(text: str, parts: tuple[str, ...]) -> None:
    given = parse_endpoint(text)
    assert (given.namespace, given.label, given.value, given.port, given.path) == parts


@pytest.mark.parametrize(
    "text",
    ["", "dcgm", "gpu/dcgm:9400", "gpu/app=dcgm", "gpu/app=dcgm:70000", "gpu/a=b:1/x y", "/a=b:1"],
)
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_endpoint(text)


@pytest.mark.parametrize(
    "text",
    ["burn", "a/burn:1.0", "registry.example:5000/a/b_c:v1", f"r.example/b@sha256:{'0' * 64}"],
)
def test_images_are_accepted(text: str) -> None:
    check_image(text)


@pytest.mark.parametrize("text", ["", " burn", "https://r.example/burn", "burn:", "a//b", "-burn"])
def test_what_is_no_image_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        check_image(text)
