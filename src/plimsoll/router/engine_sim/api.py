"""OpenAI's requests and answers, as far as a router can tell them apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec
from msgspec import Struct

from plimsoll.router.engine_sim import tokens

Kind = Literal["completions", "chat", "responses"]
ROUTES: dict[str, Kind] = {
    "/v1/completions": "completions",
    "/v1/chat/completions": "chat",
    "/v1/responses": "responses",
}


class ApiError(Exception):
    """What is answered instead; the message is for the client."""

    def __init__(self, status: int, message: str, kind: str = "BadRequestError") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer, in vLLM's shape."""
        return {"error": {"message": self.message, "type": self.kind, "code": self.status}}


class Ask(Struct, frozen=True, kw_only=True):
    """A request for text."""

    kind: Kind
    model: str
    prompt: bytes
    max_tokens: int | None
    stream: bool
    include_usage: bool


def document(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body. Raises ApiError."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, f"the body is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise ApiError(400, "the body is not a JSON object")
    return decoded


def ask(kind: Kind, body: bytes) -> Ask:
    """Read a request for text. Raises ApiError."""
    said = document(body)
    limit = said.get("max_completion_tokens", said.get("max_tokens", said.get("max_output_tokens")))
    if limit is not None and (not isinstance(limit, int) or limit < 0):
        raise ApiError(400, "max_tokens is not a whole number of at least 0")
    options = said.get("stream_options")
    return Ask(
        kind=kind,
        model=model(said),
        prompt=_prompt(kind, said),
        max_tokens=limit,
        stream=said.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def model(said: dict[str, Any]) -> str:
    """Return the model that a request names. Raises ApiError."""
    name = said.get("model")
    if not isinstance(name, str) or not name:
        raise ApiError(400, "the request names no model")
    return name


def _prompt(kind: Kind, said: dict[str, Any]) -> bytes:
    if kind == "chat":
        messages = said.get("messages")
        if not isinstance(messages, list) or not messages:
            raise ApiError(400, "messages is not a list with at least one message")
        return _chat(messages)
    key = "prompt" if kind == "completions" else "input"
    prompt = said.get(key)
    if isinstance(prompt, str):
        return prompt.encode()
    if kind == "responses" and isinstance(prompt, list) and prompt:
        return _chat(prompt)
    if isinstance(prompt, list) and prompt and all(isinstance(each, int) for each in prompt):
        return b"".join((each & 0xFFFFFFFF).to_bytes(4, "big") for each in prompt)
    if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], str):
        return prompt[0].encode()
    raise ApiError(400, f"{key} is neither text nor a list of tokens")


def _chat(messages: Iterable[Any]) -> bytes:
    """Return the text that a chat template would make; a next turn begins with all of it."""
    parts = []
    for message in messages:
        if not isinstance(message, dict):
            raise ApiError(400, "a message is not an object")
        parts.append(f"<|{message.get('role', 'user')}|>\n{_text(message.get('content'))}\n")
    return ("".join(parts) + "<|assistant|>\n").encode()


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(
            str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in content
        )
    return ""


def usage(prompt: int, cached: int, completion: int) -> dict[str, Any]:
    """Return a usage object; counts are tokens."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _responses_usage(counts: dict[str, Any]) -> dict[str, Any]:
    return {
        "input_tokens": counts["prompt_tokens"],
        "input_tokens_details": counts["prompt_tokens_details"],
        "output_tokens": counts["completion_tokens"],
        "total_tokens": counts["total_tokens"],
    }


def whole(asked: Ask, identifier: str, text: str, counts: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request that is not streamed."""
    if asked.kind == "responses":
        return _response(asked, identifier, "completed", text, _responses_usage(counts))
    content = (
        {"message": {"role": "assistant", "content": text}}
        if asked.kind == "chat"
        else {"text": text}
    )
    return _envelope(
        asked, identifier, [{"index": 0, "finish_reason": "length", **content}], counts
    )


def first_event(asked: Ask, identifier: str) -> bytes:
    """Return what a stream begins with, before any text."""
    if asked.kind == "responses":
        body = {
            "type": "response.created",
            "response": _response(asked, identifier, "in_progress", "", None),
        }
        return _event(body)
    if asked.kind == "chat":
        choice = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
        return _event(_envelope(asked, identifier, [choice], chunk=True))
    return b""


def text_event(asked: Ask, identifier: str, text: str, *, last: bool) -> bytes:
    """Return the event of one token."""
    if asked.kind == "responses":
        return _event({"type": "response.output_text.delta", "item_id": identifier, "delta": text})
    reason = "length" if last else None
    content = {"delta": {"content": text}} if asked.kind == "chat" else {"text": text}
    choice = {"index": 0, "finish_reason": reason, **content}
    return _event(_envelope(asked, identifier, [choice], chunk=True))


def last_events(asked: Ask, identifier: str, text: str, counts: dict[str, Any]) -> bytes:
    """Return what ends a stream: the usage if it was asked for, and the end mark."""
    if asked.kind == "responses":
        response = _response(asked, identifier, "completed", text, _responses_usage(counts))
        return _event({"type": "response.completed", "response": response})
    final = (
        _event(_envelope(asked, identifier, [], counts, chunk=True)) if asked.include_usage else b""
    )
    return final + b"data: [DONE]\n\n"


def _envelope(
    asked: Ask,
    identifier: str,
    choices: list[dict[str, Any]],
    counts: dict[str, Any] | None = None,
    *,
    chunk: bool = False,
) -> dict[str, Any]:
    kind = ("chat.completion" if asked.kind == "chat" else "text_completion") + (
        ".chunk" if chunk and asked.kind == "chat" else ""
    )
    body = {
        "id": identifier,
        "object": kind,
        "created": 0,
        "model": asked.model,
        "choices": choices,
    }
    return body if counts is None else {**body, "usage": counts}


def _response(
    asked: Ask, identifier: str, status: str, text: str, counts: dict[str, Any] | None
) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text}]
    return {
        "id": identifier,
        "object": "response",
        "status": status,
        "model": asked.model,
        "output": [{"type": "message", "role": "assistant", "content": content}],
        "usage": counts,
    }


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def embeddings(said: dict[str, Any]) -> tuple[list[bytes], str]:
    """Return the texts to embed and the model. Raises ApiError."""
    given = said.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(each, str) for each in texts):
        raise ApiError(400, "input is neither text nor a list of texts")
    return [each.encode() for each in texts], model(said)


def embeddings_answer(texts: list[bytes], name: str) -> dict[str, Any]:
    """Return eight numbers for each text: always the same for the same text."""
    vectors = [
        [round(byte / 255, 4) for byte in tokens.block_hashes(text.ljust(4), 1)[0]]
        for text in texts
    ]
    total = sum(tokens.count(text) for text in texts)
    return {
        "object": "list",
        "model": name,
        "data": [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": total, "total_tokens": total},
    }
