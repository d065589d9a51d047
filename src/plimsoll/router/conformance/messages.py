"""Messages of `envoy.service.ext_proc.v3`, made from the description beside this file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

SERVICE = "envoy.service.ext_proc.v3.ExternalProcessor"
METHOD = f"/{SERVICE}/Process"
DESTINATION = "x-gateway-destination-endpoint"
SERVED = "x-gateway-destination-endpoint-served"
LOAD_BALANCING = "envoy.lb"
SUBSET_HINT = "envoy.lb.subset_hint"
SUBSET = "x-gateway-destination-endpoint-subset"
DROPPED_REASON = "x-llm-d-request-dropped-reason"

NONE, FULL_DUPLEX = 0, 4
"""Body modes of `ProcessingMode`."""
OVERWRITE = 2
"""`HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD`."""

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


@cache
def _pool() -> Any:
    described = files("plimsoll.router.conformance").joinpath("ext_proc.binpb").read_bytes()
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_pb2.FileDescriptorSet.FromString(described).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


@cache
def message(name: str) -> Any:
    """Return the class of a message by its name in the service's package."""
    full = f"envoy.service.ext_proc.v3.{name}"
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(full))


def request(**fields: Any) -> Any:
    """Return a message of the gateway."""
    return message("ProcessingRequest")(**fields)


def response(**fields: Any) -> Any:
    """Return a message of the picker."""
    return message("ProcessingResponse")(**fields)


def header_map(headers: Headers) -> dict[str, Any]:
    """Return headers as the protocol has them."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return {"headers": [{"key": name, "raw_value": value.encode()} for name, value in pairs]}


def read_headers(headers: Any) -> dict[str, str]:
    """Return a HeaderMap by name; of repeated names the first."""
    found: dict[str, str] = {}
    for each in headers.headers:
        found.setdefault(each.key.lower(), (each.raw_value or each.value.encode()).decode())
    return found


def header_option(name: str, value: str) -> dict[str, Any]:
    """Return a header to set, replacing what is there."""
    header = {"key": name, "raw_value": value.encode()}
    return {"header": header, "append_action": OVERWRITE}


def set_headers(mutation: Any) -> dict[str, str]:
    """Return the headers that a mutation sets."""
    return {
        option.header.key.lower(): (
            option.header.raw_value or option.header.value.encode()
        ).decode()
        for option in mutation.set_headers
    }


def metadata(namespace: str, key: str, value: str | Sequence[str]) -> Any:
    """Return `metadata_context` with a string or a list of strings under a key."""
    context = message("ProcessingRequest")().metadata_context
    space = context.filter_metadata[namespace]
    if isinstance(value, str):
        space.fields[key].string_value = value
    else:
        space.fields[key].list_value.SetInParent()
        for each in value:
            space.fields[key].list_value.values.add().string_value = each
    return context
