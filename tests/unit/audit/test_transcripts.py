"""A text of evidence is taken apart into commands, their output, manifests and prose."""

from __future__ import annotations

from plimsoll.audit import transcripts
from plimsoll.audit.transcripts import Mark


def marks(text: str) -> str:
    """Return the mark of every line, as one word."""
    return "".join(transcripts.read(text, markdown=True).marks)


def answered(text: str) -> list[tuple[str, int]]:
    """Return every command's first line with how many lines of output are shown."""
    read = transcripts.read(text, markdown=True)
    return [(read.lines[step.first].strip(), len(step.output)) for step in read.steps]


def test_a_prompt_starts_a_command_and_what_follows_is_output() -> None:
    text = "Look:\n```\n$ kubectl get pods\nNAME   READY\n\na      1/1\n# done\n```\n"
    assert marks(text) == "pfco o#f "
    assert answered(text) == [("$ kubectl get pods", 2)]


def test_a_known_program_needs_no_prompt() -> None:
    text = "```bash\nkubectl get pods\nnone\nsudo zypper install x\n```\n"
    assert answered(text) == [("kubectl get pods", 1), ("sudo zypper install x", 0)]


def test_output_may_stand_in_the_next_block() -> None:
    text = "```bash\n> kubectl get pods\n\n```\n\n```\n\ndeleted\n\n```\n"
    assert answered(text) == [("> kubectl get pods", 1)]


def test_a_heading_ends_the_wait_for_output() -> None:
    text = "```bash\nkubectl get pods\n```\n\n## Then\n\n```\nsomething\n```\n"
    assert answered(text) == [("kubectl get pods", 0)]


def test_expected_output_is_kept_apart() -> None:
    text = "```bash\nkubectl get pods\n```\n**Expected Output:**\n```\nnone\n```\n"
    read = transcripts.read(text, markdown=True)
    assert read.answered == 0
    assert [index for index, _ in read.of(Mark.EXPECTED)] == [5]


def test_what_is_fed_to_a_command_is_a_manifest() -> None:
    text = "```\nkubectl apply -f - <<EOF\nkind: Pod\nEOF\npod/a created\n```\n"
    assert marks(text) == "fcmcof "


def test_a_command_may_span_lines() -> None:
    text = "```\nhelm install a \\\n  --wait\nNAME: a\n```\n"
    assert answered(text) == [("helm install a \\", 1)]


def test_a_quoted_program_is_part_of_its_command() -> None:
    text = "```\npython3 -c \"\nprint('kubectl get')\n\"\n7\n```\n"
    assert answered(text) == [('python3 -c "', 1)]


def test_a_quotation_that_never_ends_takes_no_output_with_it() -> None:
    text = "```\n$ echo it's\nit's\nb\n```\n```\nx\n```\n"
    assert answered(text)[0][0] == "$ echo it's"


def test_a_manifest_stays_one_whatever_is_in_it() -> None:
    text = "```\napiVersion: v1\nkind: Pod\nargs:\n- |\n  echo hello\n  sleep 5\n```\n"
    assert answered(text) == []
    assert set(marks(text)) == {"f", "m", " "}


def test_objects_as_a_cluster_returned_them_are_output() -> None:
    text = "```\napiVersion: v1\nkind: Pod\nmetadata:\n  uid: 5\nstatus: {}\n```\n"
    assert set(marks(text)) == {"f", "o", " "}


def test_a_request_that_curl_repeats_is_output() -> None:
    text = "```\n$ curl -v http://127.0.0.1/\n> GET / HTTP/1.1\n< HTTP/1.1 200 OK\n```\n"
    assert answered(text) == [("$ curl -v http://127.0.0.1/", 2)]


def test_blocks_may_be_indented() -> None:
    text = "Run:\n\n    kubectl version\n\nOutput:\n\n    Server Version: v1.35.2\n"
    assert answered(text) == [("kubectl version", 1)]


def test_a_log_without_a_command_is_output() -> None:
    text = "The log:\n```\norchestrator.go:108] Upcoming 0 nodes\nnothing else\n```\n"
    assert marks(text) == "pfoof "


def test_a_fence_that_is_not_closed_reaches_the_end() -> None:
    assert marks("```\n$ ls /\nbin") == "fco"


def test_lines_are_counted_as_editors_count_them() -> None:
    read = transcripts.read("a\x0cb\u2028c\r\nd", markdown=True)
    assert read.lines == ["a\x0cb\u2028c", "d"]
