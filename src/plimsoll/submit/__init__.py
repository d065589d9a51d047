"""Writing a submission from a run: only what the facts show, in the official checklist's own text.

The run is verified and judged again first; values a person gave are kept. Our result is never
labelled as the official suite's, whose results are read, cross-checked and linked apart.
"""

from plimsoll.submit.official_suite import read_suite
from plimsoll.submit.outcome import CellOutcome, Submitted
from plimsoll.submit.product import ProductError, read_product, write_product
from plimsoll.submit.submitting import Request, metadata_there, refuse_unfit, submit

__all__ = [
    "CellOutcome",
    "ProductError",
    "Request",
    "Submitted",
    "metadata_there",
    "read_product",
    "read_suite",
    "refuse_unfit",
    "submit",
    "write_product",
]
