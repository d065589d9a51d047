"""What a text of evidence consists of, line by line: commands, what they printed, manifests, prose.

A transcript is recognised by commands that are followed by output. Output that stands under
"Expected output" is an announcement and is kept apart. One pass, linear in the text; nothing here
knows requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from plimsoll.audit.machine import made_by_machine


class Mark(StrEnum):
    """What one line is."""

    BLANK = " "
    PROSE = "p"
    HEADING = "h"
    FENCE = "f"
    COMMAND = "c"
    COMMENT = "#"
    MANIFEST = "m"
    """Of a manifest, in a block of its own or fed to a command."""
    OUTPUT = "o"
    EXPECTED = "e"
    """Output that is announced, not recorded."""
    CODE = "x"
    """In a block, and neither of these."""


class Step(Struct):
    """One command with what is shown of its output. Lines count from 0."""

    first: int
    last: int
    """Of the command itself."""
    output: list[int] = []
    expected: list[int] = []


class Transcript(Struct, frozen=True):
    """A text with its marks and steps."""

    lines: list[str]
    marks: list[Mark]
    steps: list[Step]

    def of(self, *marks: Mark) -> Iterator[tuple[int, str]]:
        """Yield the lines of these kinds with their index."""
        for index, mark in enumerate(self.marks):
            if mark in marks:
                yield index, self.lines[index]

    @property
    def answered(self) -> int:
        """Return how many commands are followed by output."""
        return sum(bool(step.output) for step in self.steps)

    def command(self, step: Step) -> str:
        """Return a step's command, its lines joined."""
        return "\n".join(self.lines[step.first : step.last + 1])


_FENCE = re.compile(r"^[ \t]{0,40}(?P<mark>`{3,40}|~{3,40})[ \t]*(?P<info>[^`\s]{0,40})")
_HEADING = re.compile(r"^#{1,6}\s+\S")
_EXPECTED = re.compile(r"\bexpected[ -](?:output|results?|response)\b", re.IGNORECASE)
_PROMPT = re.compile(
    r"^\s{0,40}(?:\$\s{1,4}\S|\[?[\w.-]{1,60}[@:][\w./~@:-]{0,80}\]?[$#]\s{1,4}\S)"
)
_ARROW = re.compile(r"^\s{0,40}>\s{1,4}(?P<rest>\S.*)")
_WORDS = (
    "kubectl oc helm curl wget docker podman nerdctl ctr crictl git go make ls cat export echo "
    "nvidia-smi rocm-smi aws az gcloud eksctl oci openstack ibmcloud doctl for while "
    "python python3 pip bash sh jq yq kustomize istioctl omnictl talosctl mkdir cd kubeadm ssh "
    "scp watch grep envsubst apt apt-get yum dnf zypper terraform tofu k0s k3s kops vcluster "
    "clusterctl vcctl kueuectl timeout hey wrk grpcurl sonobuoy hydrophone plimsoll ginkgo source "
    "systemctl modprobe tar unzip chmod cp mv rm sed awk tee ominctl"
)
_COMMANDS = frozenset(_WORDS.split())
_BEFORE = re.compile(r"^(?:sudo|\w{1,60}=\S{0,200})\s+")
_HEREDOC = re.compile(r"<<-?\s{0,4}[\"']?(?P<end>\w{1,40})[\"']?")
_MANIFEST = re.compile(r"^(?:apiVersion|kind|metadata|spec):", re.MULTILINE)
_RETURNED = re.compile(r"^\s{0,40}(?:status|uid|creationTimestamp|resourceVersion):", re.MULTILINE)
_SOURCES = frozenset(
    (
        *("yaml", "yml", "json5", "toml", "ini", "hcl", "terraform", "dockerfile", "rego"),
        *("python", "py", "go", "golang", "diff"),
    )
)
_METRIC = ("# HELP", "# TYPE")
_LONGEST = 100
"""Lines that one quoted argument may span."""
LONGEST_LINE = 2000
"""Characters of a line that are looked at."""


def read(text: str, *, markdown: bool) -> Transcript:
    """Return what `text` consists of; without `markdown` the whole text is one block."""
    reader = _Reader([line.rstrip("\r")[:LONGEST_LINE] for line in text.split("\n")])
    if markdown:
        reader.markdown()
    else:
        reader.block(0, len(reader.lines), "")
    return Transcript(lines=reader.lines, marks=reader.marks, steps=reader.steps)


class _Reader:
    """Walks through a text and marks its lines."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.marks = [Mark.BLANK if not line.strip() else Mark.PROSE for line in lines]
        self.steps: list[Step] = []
        self._recent: list[str] = []
        """Prose since the last block."""
        self._open: Step | None = None
        """A command whose output may stand in the next block."""

    def markdown(self) -> None:
        index = 0
        while index < len(self.lines):
            fence = _FENCE.match(self.lines[index])
            if fence:
                index = self._fenced(index, fence)
            elif self._is_indented(index):
                index = self._indented(index)
            else:
                self._prose(index)
                index += 1

    def _prose(self, index: int) -> None:
        line = self.lines[index]
        if _HEADING.match(line):
            self.marks[index] = Mark.HEADING
            self._open = None
            self._recent = [line]
        elif line.strip():
            self._recent.append(line)

    def _fenced(self, index: int, fence: re.Match[str]) -> int:
        mark = fence["mark"]
        self.marks[index] = Mark.FENCE
        end = index + 1
        while end < len(self.lines):
            closing = _FENCE.match(self.lines[end])
            if closing and not closing["info"] and closing["mark"].startswith(mark):
                self.marks[end] = Mark.FENCE
                break
            end += 1
        self.block(index + 1, end, fence["info"].lower())
        return end + 1

    def _is_indented(self, index: int) -> bool:
        line = self.lines[index]
        if not line.startswith(("    ", "\t")) or not line.strip():
            return False
        return index == 0 or not self.lines[index - 1].strip()

    def _indented(self, index: int) -> int:
        end = index
        while end < len(self.lines) and (
            self.lines[end].startswith(("    ", "\t")) or not self.lines[end].strip()
        ):
            end += 1
        if self._open is None and not any(map(_starts_command, self.lines[index:end])):
            for number in range(index, end):
                self._prose(number)
        else:
            self.block(index, end, "")
        return end

    def block(self, start: int, end: int, info: str) -> None:
        """Mark the lines of one block of code."""
        lines = self.lines[start:end]
        answers = self._open is not None and not _starts_command(_first(lines))
        manifest = info in _SOURCES or _MANIFEST.match(_first(lines).lstrip())
        if not answers and not manifest and any(map(_starts_command, lines)):
            self._session(start, end)
        else:
            self._mark(start, end, self._other(lines, info))
        self._recent = []

    def _other(self, lines: list[str], info: str) -> Mark:
        """Return what a block without commands is."""
        text = "\n".join(lines)
        returned = _RETURNED.search(text) is not None
        if info in _SOURCES or (_MANIFEST.search(text) and not returned):
            return Mark.MANIFEST
        if any(_EXPECTED.search(line) for line in self._recent[-3:]):
            return Mark.EXPECTED
        if self._open is not None or returned or made_by_machine(lines):
            return Mark.OUTPUT
        return Mark.CODE

    def _mark(self, start: int, end: int, mark: Mark) -> None:
        for index in range(start, end):
            if self.lines[index].strip():
                self.marks[index] = mark
                if self._open is not None:
                    self._answer(index, mark)
        if mark is not Mark.MANIFEST:
            self._open = None

    def _answer(self, index: int, mark: Mark) -> None:
        if self._open is not None and mark is Mark.OUTPUT:
            self._open.output.append(index)
        elif self._open is not None and mark is Mark.EXPECTED:
            self._open.expected.append(index)

    def _session(self, start: int, end: int) -> None:
        """Mark a block that holds commands."""
        self._open = None
        index = start
        while index < end:
            line = self.lines[index]
            if _starts_command(line):
                index = self._command(index, end)
                continue
            if not line.strip():
                pass
            elif _is_comment(line):
                self.marks[index] = Mark.COMMENT
            else:
                self._printed(index)
            index += 1
        self._done()

    def _printed(self, index: int) -> None:
        """Mark a line of a session that is no command."""
        if self._open is None:
            self.marks[index] = Mark.CODE
        else:
            self.marks[index] = Mark.OUTPUT
            self._open.output.append(index)

    def _done(self) -> None:
        """Let the last command wait for its output only if it has none."""
        if self._open is not None and self._open.output:
            self._open = None

    def _command(self, index: int, end: int) -> int:
        """Mark a command with everything that belongs to it; return the line after it."""
        step = Step(first=index, last=index)
        step.last = self._last(index, end)
        for number in range(index, step.last + 1):
            self.marks[number] = Mark.COMMAND
        heredoc = _HEREDOC.search(self.lines[step.last])
        if heredoc:
            number = step.last + 1
            while number < end and self.lines[number].strip() != heredoc["end"]:
                self.marks[number] = Mark.MANIFEST
                number += 1
            if number < end:
                self.marks[number] = Mark.COMMAND
            step.last = min(number, end - 1)
        self.steps.append(step)
        self._open = step
        return step.last + 1

    def _last(self, index: int, end: int) -> int:
        """Return the last line of the command that starts at `index`."""
        last = index
        quote = _unclosed(self.lines[last], "")
        while last + 1 < end:
            if quote:
                closing = self._closing(last + 1, min(end, last + 1 + _LONGEST), quote)
                if closing is None:
                    return last
                last, quote = closing
            elif self.lines[last].rstrip().endswith(("\\", "|", "&&")):
                last += 1
                quote = _unclosed(self.lines[last], "")
            else:
                return last
        return last

    def _closing(self, start: int, end: int, quote: str) -> tuple[int, str] | None:
        """Return the line that closes a quotation, and what it leaves open in turn."""
        for index in range(start, end):
            if quote in self.lines[index]:
                left = _unclosed(self.lines[index], quote)
                if left != quote:
                    return index, left
        return None


def _first(lines: list[str]) -> str:
    """Return the first line that says what a block is."""
    return next((line for line in lines if line.strip(" -\t") and not _is_comment(line)), "")


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#") and not line.startswith(_METRIC)


def _unclosed(line: str, quote: str) -> str:
    """Return the quotation mark that is open at the end of `line`, begun inside `quote`."""
    if quote == "" and '"' not in line and "'" not in line:
        return ""
    escaped = False
    for character in line:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and not quote:
            return ""
    return quote


def _starts_command(line: str) -> bool:
    if not line.strip():
        return False
    if _PROMPT.match(line):
        return True
    arrow = _ARROW.match(line)
    rest = arrow["rest"] if arrow else line.lstrip()
    for _ in range(4):
        before = _BEFORE.match(rest)
        if before is None:
            break
        rest = rest[before.end() :]
    word, _, after = rest.partition(" ")
    return word in _COMMANDS and (bool(after.strip()) or word in {"nvidia-smi", "ls"})
