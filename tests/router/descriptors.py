"""The description of Envoy's ext_proc service that the router and its black-box suites carry.

It is cut out of xds-protos: what the service reaches, without options and comments. To write it
again after an update of xds-protos: `python -m tests.router.descriptors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
PLACES = (
    REPOSITORY / "dist/router/src/doors/ext_proc/ext_proc.binpb",
    REPOSITORY / "src/plimsoll/router/conformance/ext_proc.binpb",
)


def official() -> bytes:
    """Return the FileDescriptorSet that xds-protos gives, cut down to what the service reaches."""
    from google.protobuf import descriptor_pb2

    file = import_module("envoy.service.ext_proc.v3.external_processor_pb2").DESCRIPTOR
    reached: dict[str, Any] = {}
    for method in file.services_by_name["ExternalProcessor"].methods:
        _reach(method.input_type, reached)
        _reach(method.output_type, reached)
    files = {each.file.name: each.file for each in reached.values()} | {file.name: file}
    chosen = descriptor_pb2.FileDescriptorSet()
    for each in _dependencies_first(file, set()):
        if each.name in files:
            cut = chosen.file.add()
            each.CopyToProto(cut)
            _cut(cut, set(reached), set(files))
    return bytes(chosen.SerializeToString(deterministic=True))


def _reach(kind: Any, reached: dict[str, Any]) -> None:
    if kind.full_name in reached:
        return
    reached[kind.full_name] = kind
    for field in getattr(kind, "fields", ()):
        for each in (field.message_type, field.enum_type):
            if each is not None:
                _reach(each, reached)


def _dependencies_first(file: Any, seen: set[str]) -> Iterator[Any]:
    if file.name in seen:
        return
    seen.add(file.name)
    for each in file.dependencies:
        yield from _dependencies_first(each, seen)
    yield file


def _cut(file: Any, reached: set[str], files: set[str]) -> None:
    file.ClearField("options")
    file.ClearField("source_code_info")
    kept = [name for name in file.dependency if name in files]
    del file.dependency[:], file.public_dependency[:], file.weak_dependency[:]
    file.dependency.extend(kept)
    del file.extension[:]
    _keep(file.message_type, file.package, reached)
    _keep_enums(file.enum_type, file.package, reached)
    for service in file.service:
        service.ClearField("options")
        for method in service.method:
            method.ClearField("options")


def _keep(messages: Any, scope: str, reached: set[str]) -> bool:
    for index in reversed(range(len(messages))):
        message = messages[index]
        name = f"{scope}.{message.name}"
        map_entry = message.options.map_entry
        message.ClearField("options")
        message.options.map_entry = map_entry
        if not map_entry:
            message.ClearField("options")
        inside = _keep(message.nested_type, name, reached)
        inside = _keep_enums(message.enum_type, name, reached) or inside
        for field in message.field:
            field.ClearField("options")
        for oneof in message.oneof_decl:
            oneof.ClearField("options")
        if name not in reached and not inside:
            del messages[index]
    return bool(messages)


def _keep_enums(enums: Any, scope: str, reached: set[str]) -> bool:
    for index in reversed(range(len(enums))):
        if f"{scope}.{enums[index].name}" not in reached:
            del enums[index]
            continue
        enums[index].ClearField("options")
        for value in enums[index].value:
            value.ClearField("options")
    return bool(enums)


if __name__ == "__main__":
    for place in PLACES:
        place.write_bytes(official())
