"""The product file is checked before use, with line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import PlimsollError
from plimsoll.submit import ProductError, read_product, write_product
from tests.unit.submit.made import PRODUCT

TEXT = write_product(PRODUCT).decode()


def line(name: str) -> int:
    return list(PRODUCT).index(name) + 1


def test_what_is_written_is_read_again() -> None:
    assert read_product(TEXT.encode(), "p.yaml", "v1.36") == PRODUCT


def test_an_earlier_submission_serves_as_well() -> None:
    indented = "".join(f"  {each}\n" for each in TEXT.splitlines())
    text = f"metadata:\n  kubernetesVersion: v1.35\n{indented}spec: {{}}\n"
    assert read_product(text.encode(), "PRODUCT.yaml", "v1.36") == PRODUCT


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("websiteUrl", "harbour.dev", "is not a web address"),
        ("documentationUrl", "https://docs harbour.dev", "is not a web address"),
        ("contactEmailAddress", "conformance at harbour", "is not a mail address"),
        ("vendorName", "[Vendor Name]", "is still a placeholder"),
        ("description", "TODO", "`TODO` is a placeholder"),
        ("platformName", "", "is empty"),
        ("platformName", "Harbour ", "spaces stand around the value"),
        ("productLogoUrl", "https://harbour.dev/logo.png", "the logo's address ends in .png"),
        ("k8sConformanceUrl", "https://harbour.dev/v1.36", "is not the address of a product"),
        ("platformName", "Har\x1bbour", "control characters"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(name: str, value: str, says: str) -> None:
    text = write_product(PRODUCT | {name: value or " "}).decode()
    with pytest.raises(ProductError) as caught:
        read_product(text.encode(), "p.yaml", "v1.36")
    assert caught.value.what.startswith(f"p.yaml:{line(name)}:{len(name) + 3}: ")
    assert name in caught.value.what
    assert says in caught.value.what


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TEXT.replace("platformName", "platform_name"), "p.yaml:1:1: write platform_name as"),
        (TEXT.replace("vendorName", "vendorNam"), "did you mean vendorName?"),
        (TEXT.replace("vendorName", "ship"), "p.yaml: vendorName is missing"),
        (f"{TEXT}platformName: x\n", "p.yaml:11:1: platformName stands here twice"),
        (f"{TEXT}kubernetesVersion: v1.35\n", "the checklist is for v1.36"),
        ("[a, b]", "it is not a mapping of keys to texts"),
        ("a: [", "p.yaml:2:1: did not find expected node content"),
        ("", "it is not a mapping of keys to texts"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ProductError) as caught:
        read_product(text.encode(), "p.yaml", "v1.36")
    assert says in caught.value.what.replace("p.yaml:1:1: vendorName", "p.yaml: vendorName")


def test_the_repository_may_be_left_out() -> None:
    fewer = {name: value for name, value in PRODUCT.items() if name != "repoUrl"}
    assert read_product(write_product(fewer), "p.yaml", "v1.36") == fewer


def test_the_line_end_of_a_block_is_no_part_of_its_text() -> None:
    block = f"description: |\n  {PRODUCT['description']}\n"
    lines = [each for each in TEXT.splitlines(keepends=True) if "description" not in each]
    assert read_product("".join((*lines, block)).encode(), "p.yaml", "v1.36") == PRODUCT


def test_what_only_the_check_wants_is_passed_over() -> None:
    text = f"{TEXT}configuration: {{nodes: 3}}\n"
    assert read_product(text.encode(), "p.yaml", "v1.36") == PRODUCT


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_end_in_a_sentence(data: bytes) -> None:
    with pytest.raises(PlimsollError) as caught:
        read_product(data, "p.yaml", "v1.36")
    assert caught.value.what.startswith("p.yaml")
