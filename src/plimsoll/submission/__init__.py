"""A submission to the programme: PRODUCT.yaml and its evidence, read as they stand.

Shared by everything that works on submissions: the linter, the auditor and the writer. All but
`folder` and `loading` is pure: they read files, and refuse what leads out of a submission's folder.
"""

from plimsoll.submission.checklist import Checklist, Item, checklist, known
from plimsoll.submission.finding import Edit, Finding, Place, Severity, quoted
from plimsoll.submission.folder import File, Folder, refusal
from plimsoll.submission.loading import PRODUCT, Loaded, find, given, is_folder, load, load_all
from plimsoll.submission.model import CATEGORIES, METADATA, Cell, Field, Submission, camel_case
from plimsoll.submission.reading import parse
from plimsoll.submission.reference import Reference, beside, hosted, refer

__all__ = [
    "CATEGORIES",
    "METADATA",
    "PRODUCT",
    "Cell",
    "Checklist",
    "Edit",
    "Field",
    "File",
    "Finding",
    "Folder",
    "Item",
    "Loaded",
    "Place",
    "Reference",
    "Severity",
    "Submission",
    "beside",
    "camel_case",
    "checklist",
    "find",
    "given",
    "hosted",
    "is_folder",
    "known",
    "load",
    "load_all",
    "parse",
    "quoted",
    "refer",
    "refusal",
]
