"""What must not leave a cluster is replaced before a fact is written.

Node names, addresses, cloud ids and device serials become pseudonyms that are the same in every
fact of every run with the same key, so that judging redacted facts gives the same verdict. The key
stays outside the run folder. Secrets and tokens are removed. On the embedded platform, where no
name is anybody's secret, only the latter is done.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plimsoll.errors import PlimsollError

REMOVED = "[removed]"
_KEY_BYTES = 32
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_MAC = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?![0-9A-Fa-f:])")
_IPV4 = re.compile(r"(?<![0-9A-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z]|\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-Za-z:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![0-9A-Za-z:])")
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?<=Bearer )[\w.~+/=-]{8,}")
_ASSIGNED = re.compile(
    r"(?i)((?:[\w.-]*_)?(?:token|password|passwd|secret|secret_access_key|access_key_id|api_?key"
    r"|private_?key|credentials?))(\s*[=:]\s*)(?!\[)(\"[^\"]*\"|'[^']*'|[^\s,;\"'}]+)"
)
_SECRET_KEY = re.compile(
    r"(?i)(^|[_.-])(token|password|passwd|secret|secret_access_key|access_key_id|api_?key"
    r"|private_?key|credentials?)$"
)
_NAME_KEYS = {
    "nodeName": "node",
    "kubernetes.io/hostname": "node",
    "providerID": "cloud",
    "machineID": "machine",
    "serial": "serial",
    "serialNumber": "serial",
}
"""JSON keys whose string value is always one of the things to hide."""
_PSEUDONYM = r"[a-z]+-[0-9a-f]{10}"
_PLAIN_KEY = re.compile(r"[A-Za-z]+")


class Redactor:
    """Replaces what must not be published; `embedded` platforms keep everything but secrets."""

    def __init__(self, key: bytes, *, embedded: bool = False) -> None:
        self._key = key
        self._embedded = embedded
        self._known: dict[str, str] = {}
        self._issued: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, kind: str, values: Iterable[str | None]) -> None:
        """Replace these strings from now on, wherever they stand as a whole word."""
        new = {v for v in values if v and v not in self._known and v not in self._issued}
        if not new or self._embedded:
            return
        self._known |= {value: self.pseudonym(kind, value) for value in new}
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<![A-Za-z0-9])(?:(?P<issued>{_PSEUDONYM})|"
            rf"{'|'.join(map(re.escape, longest_first))})(?![A-Za-z0-9])"
        )

    def learn_node(self, node: dict[str, Any]) -> None:
        """Learn all that identifies a Node object."""
        info = (node.get("status") or {}).get("nodeInfo") or {}
        labels = (node.get("metadata") or {}).get("labels") or {}
        addresses = (node.get("status") or {}).get("addresses") or []
        self.learn("node", [node["metadata"]["name"], labels.get("kubernetes.io/hostname")])
        self.learn("cloud", [(node.get("spec") or {}).get("providerID")])
        self.learn("machine", [info.get(k) for k in ("machineID", "systemUUID", "bootID")])
        self.learn("address", [entry.get("address") for entry in addresses])

    def redact(self, value: Any) -> Any:
        """Return `value` (JSON) with everything replaced that must not be published."""
        if not self._embedded:
            self._learn_from(value)
        return self._replaced(value)

    def text(self, value: str) -> str:
        """Return a string with tokens removed and, where needed, pseudonyms put in."""
        value = _TOKEN.sub(REMOVED, value)
        value = _ASSIGNED.sub(lambda match: f"{match[1]}{match[2]}{REMOVED}", value)
        if self._embedded:
            return value
        if self._pattern is not None:
            value = self._pattern.sub(self._stand_in, value)
        value = _UUID.sub(lambda match: self._uuid(match[0].lower()), value)
        value = _MAC.sub(lambda match: self.pseudonym("mac", match[0].lower()), value)
        value = _IPV4.sub(self._address, value)
        return _IPV6.sub(self._address, value)

    def pseudonym(self, kind: str, value: str) -> str:
        """Return the stand-in for `value`: always the same for the same key."""
        issued = f"{kind}-{self._digest(value)[:10]}"
        self._issued.add(issued)
        return issued

    def _stand_in(self, match: re.Match[str]) -> str:
        text = match[0]
        return text if text in self._issued else self._known.get(text, text)

    def _learn_from(self, value: Any) -> None:
        """Learn the names under the keys that always hold one, before anything is replaced."""
        if isinstance(value, dict):
            for key, item in value.items():
                if key in _NAME_KEYS and isinstance(item, str):
                    self.learn(_NAME_KEYS[key], [item])
                self._learn_from(item)
        elif isinstance(value, list | tuple):
            for item in value:
                self._learn_from(item)

    def _replaced(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self._replaced(item) for item in value]
        return self._object(value) if isinstance(value, dict) else value

    def _object(self, value: dict[Any, Any]) -> dict[Any, Any]:
        if value.get("kind") == "Secret":
            value = {k: v for k, v in value.items() if k not in {"data", "stringData"}}
        named_secret = isinstance(value.get("name"), str) and _SECRET_KEY.search(value["name"])
        redacted = {}
        for key, item in value.items():
            hidden = isinstance(item, str) and (
                _SECRET_KEY.search(str(key)) or (key == "value" and named_secret)
            )
            new_key = key if _PLAIN_KEY.fullmatch(str(key)) else self.text(str(key))
            redacted[new_key] = REMOVED if hidden else self._replaced(item)
        return redacted

    def _uuid(self, value: str) -> str:
        if value in self._issued:  # what was redacted before keeps its pseudonym
            return value
        digest = self._digest(value)
        parts = digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]
        self._issued.add("-".join(parts))
        return "-".join(parts)

    def _address(self, match: re.Match[str]) -> str:
        try:
            address = ipaddress.ip_address(match[0])
        except ValueError:
            return match[0]
        if address.is_loopback or address.is_unspecified:
            return match[0]
        return self.pseudonym("address", str(address))

    def _digest(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()


def load_key(path: Path | None = None) -> bytes:
    """Return the redaction key of this user, made on first use with mode 0600.

    Raises PlimsollError when it can be neither read nor made.
    """
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    path = path or state / "plimsoll" / "redaction.key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new:
                new.write(secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass
        key = path.read_bytes()
    except OSError as error:
        raise PlimsollError(
            f"the redaction key {path} cannot be used: {error.strerror or error}",
            next_step="set XDG_STATE_HOME to a folder that you may write to",
        ) from error
    if len(key) < _KEY_BYTES:
        raise PlimsollError(
            f"the redaction key {path} is damaged: {len(key)} bytes instead of {_KEY_BYTES}",
            next_step="remove that file; a new key is made, with new pseudonyms",
        )
    return key
