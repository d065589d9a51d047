"""How an audit is shown on a terminal: one submission with its cells, or many with their counts.

Everything shown is made printable first: evidence may hold whatever moves a cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from plimsoll.audit.counts import Counts, Row, Tally, product
from plimsoll.audit.model import CellAudit, Kind, SubmissionAudit
from plimsoll.audit.words import NOT_READ, word
from plimsoll.submission import Finding, Severity, quoted
from plimsoll.text import printable

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


class AuditView:
    """Prints audits; without colours and at 80 columns where the output is no terminal."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=False)

    def one(self, audit: SubmissionAudit) -> None:
        """Print one submission: its cells, then every finding with its place and quote."""
        self._heading(audit)
        if audit.cells:
            self._console.print(_cells(audit))
        elif not audit.problems:
            self._say("It has no requirement at all.")
        self._problems(_trouble(audit).capitalize(), audit)
        for cell in audit.cells:
            self._cell(cell)
        self._findings("The submission as a whole", audit.findings)

    def many(self, audits: Sequence[SubmissionAudit], counts: Counts) -> None:
        """Print a line per submission, what is contradicted, and the counts."""
        self._console.print(_submissions(audits))
        for audit in audits:
            self._problems(f"{_title(audit)}: {_trouble(audit)}", audit)
        for audit in audits:
            for cell in audit.cells:
                errors = [each for each in cell.findings if each.severity is Severity.ERROR]
                self._findings(f"{_title(audit)} {cell.requirement}", errors)
        self._console.print()
        self._console.print(_table("Version", counts.versions))
        self._console.print()
        self._console.print(_table("Requirement", [each.total for each in counts.requirements]))

    def total(self, counts: Counts) -> None:
        """Print the closing line."""
        row = counts.total
        must = f"{row.must.backed} of {row.must.claimed} claimed MUST cells"
        backed = f"{row.all.backed} of {row.all.claimed} claimed cells ({must})"
        self._say(
            f"\n{_number(row.submissions, 'submission')}, {_number(row.all.cells, 'cell')}. "
            f"Backed by a recorded run: {backed}. Contradicted: {row.all.contradicted}."
        )

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(printable(text), style=style))

    def _heading(self, audit: SubmissionAudit) -> None:
        named = " ".join(part for part in (audit.platform, audit.version) if part)
        by = f" by {audit.vendor}" if audit.vendor else ""
        self._say(f"{named or _title(audit)}{by}", "bold")
        self._say(f"{audit.path}\n", "dim")
        for run in audit.runs:
            state = "verified: intact" if run.intact else "not intact"
            verdicts = ", ".join(f"{key} {value}" for key, value in run.verdicts.items())
            self._say(f"Plimsoll run {run.path}, {state}. {verdicts}\n")

    def _cell(self, cell: CellAudit) -> None:
        if not cell.readings and not cell.findings:
            return
        self._say(f"\n{cell.requirement or '(no id)'}", "bold")
        for reading in cell.readings:
            self._indented(f"{reading.kind}: {reading.because}", "")
            self._indented(quoted(reading.text) or "(empty)", "dim", more=2)
        for finding in cell.findings:
            self._finding(finding, _sentence(finding))

    def _problems(self, heading: str, audit: SubmissionAudit) -> None:
        if audit.problems:
            self._say(f"\n{heading}", "bold")
        for problem in audit.problems:
            self._finding(problem, problem.what)

    def _findings(self, heading: str, findings: Sequence[Finding]) -> None:
        if findings:
            self._say(f"\n{heading}", "bold")
        for finding in findings:
            self._finding(finding, _sentence(finding))

    def _finding(self, finding: Finding, sentence: str) -> None:
        self._indented(f"{sentence} [{finding.rule}]", _STYLES[finding.severity])
        at = str(finding.place)
        if at not in finding.what:
            self._console.print(Text(printable(f"    at {at}"), style="dim"), soft_wrap=True)
        if finding.quote:
            self._indented(f"> {finding.quote}", "italic", more=2)

    def _indented(self, text: str, style: str, *, more: int = 0) -> None:
        shown = Text(printable(text), style=style)
        indent = 2 + more
        for line in shown.wrap(self._console, max(self._console.width - indent, 20)):
            line.rstrip()
            self._console.print(Text(" " * indent) + line, overflow="ignore", crop=False)


def _sentence(finding: Finding) -> str:
    """Return the finding's sentence, led by its word; evidence that is not read says so itself."""
    said = word(finding)
    leads = said == NOT_READ or finding.what.startswith(said)
    return finding.what if leads else f"{said}: {finding.what}"


def _trouble(audit: SubmissionAudit) -> str:
    return "not written as the template has it" if audit.cells else "could not be read"


def _title(audit: SubmissionAudit) -> str:
    return "/".join(part for part in (audit.version, product(audit)) if part)


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _bare() -> Table:
    return Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")


def _cells(audit: SubmissionAudit) -> Table:
    table = _bare()
    for header in ("Requirement", "Level", "Status", "Evidence", "Findings"):
        table.add_column(header, overflow="fold")
    for cell in audit.cells:
        texts = (cell.requirement or "(no id)", cell.level, cell.status or "(none)", cell.kind)
        table.add_row(*(Text(printable(text)) for text in texts), _summary(cell.findings))
    return table


def _summary(findings: Sequence[Finding]) -> Text:
    """Return what the findings of a cell come to, in a word."""
    for severity in (Severity.ERROR, Severity.WARNING):
        words = [word(each) for each in findings if each.severity is severity]
        if words:
            times = f" ({len(words)})" if len(words) > 1 else ""
            return Text(f"{words[0]}{times}", style=_STYLES[severity])
    return Text(_number(len(findings), "note") if findings else "", style="dim")


def _submissions(audits: Sequence[SubmissionAudit]) -> Table:
    table = _bare()
    table.add_column("Submission", overflow="fold")
    for header in ("Cells", "Runs", "Transcripts", "Contradicted", "Warnings", "Notes"):
        table.add_column(header, justify="right")
    for audit in audits:
        table.add_row(Text(printable(_title(audit))), *_figures(audit))
    return table


def _figures(audit: SubmissionAudit) -> Iterator[Text]:
    if not audit.cells:
        yield Text("unread", style="bold red")
        return
    everything = [*audit.findings, *(found for cell in audit.cells for found in cell.findings)]
    contradicted = sum(cell.contradicted for cell in audit.cells)
    yield Text(str(len(audit.cells)))
    for kind in (Kind.RUN, Kind.TRANSCRIPT):
        yield Text(str(sum(cell.kind is kind for cell in audit.cells) or "\u00b7"))
    yield Text(str(contradicted or "\u00b7"), style="bold red" if contradicted else "")
    for severity in (Severity.WARNING, Severity.NOTE):
        yield Text(str(sum(each.severity is severity for each in everything) or "\u00b7"))


def _table(name: str, rows: Sequence[Row]) -> Table:
    table = _bare()
    table.add_column(name, overflow="fold")
    for header in ("Claimed", "Backed by a run", "of MUST", "Contradicted"):
        table.add_column(header, justify="right")
    for row in rows:
        table.add_row(
            Text(printable(row.name or "(no id)")),
            str(row.all.claimed),
            _share(row.all),
            _share(row.must),
            str(row.all.contradicted),
        )
    return table


def _share(tally: Tally) -> str:
    if tally.share is None:
        return "-"
    return f"{tally.backed} of {tally.claimed} ({100 * tally.share:.0f} %)"
