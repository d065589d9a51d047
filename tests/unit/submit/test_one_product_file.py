"""The product file of a submission serves the check as well."""

from __future__ import annotations

from pathlib import Path

from plimsoll.cli.check_options import Wishes, options_from
from plimsoll.submit import write_product
from tests.unit.submit.made import PRODUCT


def test_a_check_takes_the_product_file_of_a_submission(tmp_path: Path) -> None:
    path = tmp_path / "product.yaml"
    path.write_bytes(write_product(PRODUCT))
    wishes = Wishes(
        embedded=False,
        name="",
        keep=False,
        kubeconfig="",
        context="",
        out=None,
        requirements=(),
        skip=(),
        product=path,
        label=(),
        annotation=(),
        node_selector=(),
    )
    assert options_from(wishes).product == PRODUCT
