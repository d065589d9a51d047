"""Asking for a product's metadata on a terminal, a key at a time, each answer checked at once."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.prompt import Confirm, Prompt

from plimsoll.errors import PlimsollError
from plimsoll.files import replace_file
from plimsoll.submit.product import ASKED, problem, write_product

_WORDS = {
    "platformName": "Name of the platform",
    "platformVersion": "Its version",
    "vendorName": "Vendor, as in the CNCF landscape",
    "websiteUrl": "Web site",
    "repoUrl": "Source repository (Enter for none)",
    "documentationUrl": "Documentation",
    "productLogoUrl": "Logo (.svg, .eps or .ai)",
    "description": "Description, in a sentence",
    "contactEmailAddress": "Contact e-mail address",
    "k8sConformanceUrl": "Its entry in cncf/k8s-conformance",
}


def ask() -> dict[str, str]:
    """Return the metadata that the user types, and save it to a file on request.

    Raises PlimsollError when the input ends, or the file cannot be written.
    """
    console = Console(stderr=True, highlight=False)
    console.print("No --product FILE was given: what is the product?")
    try:
        values = {name: _one(console, name) for name in ASKED}
        if Confirm.ask("Save this for the next time?", console=console, default=True):
            path = Path(Prompt.ask("File", console=console, default="product.yaml"))
            _save(console, path, values)
    except EOFError as error:
        raise PlimsollError(
            "the input ended before every question was answered",
            next_step="give a product file with --product FILE",
        ) from error
    return {name: value for name, value in values.items() if value}


def _one(console: Console, name: str) -> str:
    while True:
        answer = Prompt.ask(
            f"{_WORDS[name]} ({name})", console=console, default="", show_default=False
        )
        wrong = problem(name, answer.strip())
        if not wrong:
            return answer.strip()
        console.print(f"  {wrong}", markup=False)


def _save(console: Console, path: Path, values: dict[str, str]) -> None:
    question = f"{path} exists; replace it?"
    try:
        if path.exists() and not Confirm.ask(question, console=console, default=False):
            return
        replace_file(path, write_product(values))
    except OSError as error:
        raise PlimsollError(
            f"{path} cannot be written: {error.strerror or error}", next_step="name another file"
        ) from error
    console.print(f"saved: {path}", markup=False)
