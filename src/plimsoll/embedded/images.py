"""Container images made from local files, so that the embedded platform needs no registry.

An image is an OCI archive with one layer, or one on top of another image's. It is deterministic:
the same files give the same bytes, so an archive can be cached, compared and imported once.
Images for pods of users and checks (busybox, Python) are made here; components make their own with
`build_image`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from plimsoll.embedded.cache import cached, file_signature, fingerprint
from plimsoll.embedded.python_runtime import ENVIRONMENT, collect_runtime
from plimsoll.errors import PlimsollError
from plimsoll.standard.images import BUSYBOX, PYTHON

SEARCH_PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"
PYTHON_ENVIRONMENT = {"PATH": SEARCH_PATH, **ENVIRONMENT}
ACCOUNTS: Mapping[str, bytes] = {
    "/etc/passwd": b"root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "/etc/group": b"root:x:0:\nnogroup:x:65534:\n",
}
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LAYOUT = "1"  # counts changes of the images here that no input file shows
_MEDIA = "application/vnd.oci.image"

Content = Path | bytes
"""What a file in an image holds: a file of this machine, or the bytes themselves."""


@dataclass(frozen=True)
class _Layer:
    """An uncompressed layer as a stretch of a file."""

    digest: str
    size: int
    file: Path
    offset: int

    def descriptor(self) -> dict[str, object]:
        media_type = f"{_MEDIA}.layer.v1.tar"
        return {"mediaType": media_type, "digest": self.digest, "size": self.size}


class ImageError(PlimsollError):
    """An image cannot be made from what this machine has."""


def build_image(
    path: Path,
    *,
    name: str,
    files: Mapping[str, Content],
    links: Mapping[str, str] | None = None,
    directories: Sequence[str] = (),
    user: str = "0",
    entrypoint: Sequence[str] = (),
    command: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    base: Path | None = None,
) -> Path:
    """Write an OCI archive to `path` (replaced atomically) and return `path`.

    `name` is the full reference (registry/repository:tag). `files` maps absolute paths in the image
    to their content, `links` absolute paths to symlink targets; parents and `directories` are made
    with mode 0755, and a world-writable /tmp is always there. `user` is numeric ("65532:65532").
    The layers of the archive `base`, made here too, lie beneath: nodes store them once.
    Raises ImageError if a source file cannot be read.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    layer = path.with_name(path.name + ".layer")
    archive = path.with_name(path.name + ".partial")
    try:
        _write_layer(layer, files, links or {}, directories)
        process: dict[str, object] = {
            "User": user,
            "Env": [f"{key}={value}" for key, value in sorted((env or {}).items())],
            "Entrypoint": list(entrypoint) or None,
            "Cmd": list(command) or None,
        }
        layers = [*(_layers_of(base) if base else []), _layer_in(layer)]
        _write_archive(archive, _describe(layers, name, process), layers)
        archive.replace(path)
    except OSError as error:
        raise ImageError(
            f"cannot make the image {name} in {path}: {error}",
            next_step="check that the file named above exists and that the disk has space",
        ) from error
    finally:
        layer.unlink(missing_ok=True)
        archive.unlink(missing_ok=True)
    return path


def busybox_image() -> Path:
    """Return the cached archive of the busybox image (sh, ls, nc, httpd, wget, mknod, dd ...).

    Raises ImageError if this machine has no static busybox.
    """
    program = static_busybox()
    key = fingerprint([_LAYOUT, file_signature(program), BUSYBOX])

    def make(path: Path) -> None:
        build_image(
            path,
            name=BUSYBOX,
            files={**ACCOUNTS, "/bin/busybox": program},
            links=_applets(program),
            command=["sh"],
            env={"PATH": SEARCH_PATH},
        )

    return cached(f"images/busybox-{key}.tar", make)


def python_image() -> Path:
    """Return the cached archive of a Python image: this interpreter, its libraries, and busybox.

    As in the slim Python image that it stands for, `python3` and `sh` run. Raises ImageError if the
    interpreter's libraries cannot be found or this machine has no static busybox.
    """
    program = static_busybox()
    runtime = collect_runtime()
    key = fingerprint([_LAYOUT, runtime.signature, file_signature(program), PYTHON])

    def make(path: Path) -> None:
        build_image(
            path,
            name=PYTHON,
            files={**ACCOUNTS, **runtime.files(), "/bin/busybox": program},
            links={**_applets(program), **runtime.links},
            command=["python3"],
            env=PYTHON_ENVIRONMENT,
        )

    return cached(f"images/python-{key}.tar", make)


def static_busybox() -> Path:
    """Return the path of this machine's static busybox; raise ImageError if it has none."""
    found = shutil.which("busybox")
    if found is None:
        raise ImageError(
            "no busybox on this machine; the images of the embedded platform are made from it",
            next_step="apt-get install busybox-static",
        )
    program = Path(found).resolve()
    if b"ld-linux" in program.read_bytes()[:4096] or b"ld-musl" in program.read_bytes()[:4096]:
        raise ImageError(
            f"{program} is dynamically linked, so it cannot be the only file of an image",
            next_step="apt-get install busybox-static",
        )
    return program


def _applets(program: Path) -> dict[str, str]:
    listing = subprocess.run([program, "--list"], capture_output=True, text=True, check=False)
    if listing.returncode != 0:
        raise ImageError(f"{program} --list failed: {listing.stderr.strip()}")
    names = [line for line in listing.stdout.split() if line != "busybox"]
    return {f"/bin/{applet}": "busybox" for applet in names}


def _write_layer(
    path: Path, files: Mapping[str, Content], links: Mapping[str, str], directories: Sequence[str]
) -> None:
    entries = {_relative(name): content for name, content in files.items()}
    targets = {_relative(name): target for name, target in links.items()}
    folders = {_relative(name) for name in directories} | {"tmp"}
    for name in [*entries, *targets, *folders]:
        folders.update(str(parent) for parent in PurePosixPath(name).parents)
    folders -= {".", *entries, *targets}
    with tarfile.open(path, "w") as layer:
        for name in sorted({*folders, *entries, *targets}):
            entry = tarfile.TarInfo(name)  # mtime, uid and gid are 0, as determinism needs
            if name in entries:
                _add_file(layer, entry, entries[name])
                continue
            if name in targets:
                entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, targets[name], 0o777
            else:
                entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            layer.addfile(entry)


def _add_file(layer: tarfile.TarFile, entry: tarfile.TarInfo, content: Content) -> None:
    if isinstance(content, bytes):
        entry.size, entry.mode = len(content), 0o644
        layer.addfile(entry, io.BytesIO(content))
        return
    with content.open("rb") as source:
        status = os.fstat(source.fileno())
        entry.size, entry.mode = status.st_size, 0o755 if status.st_mode & 0o111 else 0o644
        layer.addfile(entry, source)


def _relative(name: str) -> str:
    return str(PurePosixPath("/", name).relative_to("/"))


def _layer_in(file: Path) -> _Layer:
    with file.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return _Layer(f"sha256:{digest}", file.stat().st_size, file, 0)


def _layers_of(archive_file: Path) -> list[_Layer]:
    with tarfile.open(archive_file) as archive:
        members = {member.name: member for member in archive}

        def read(name: str) -> Any:
            member = archive.extractfile(members[name])
            assert member is not None  # noqa: S101 - every member is a file
            return json.load(member)

        (entry,) = read("index.json")["manifests"]
        found = read(_blob_path(entry["digest"]))["layers"]
    return [
        _Layer(
            one["digest"], one["size"], archive_file, members[_blob_path(one["digest"])].offset_data
        )
        for one in found
    ]


def _describe(
    layers: Sequence[_Layer], name: str, process: Mapping[str, object]
) -> dict[str, bytes]:
    """Return every file of the archive but the layers, by its path there."""
    config = _json(
        {
            "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": process,
            "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{_MEDIA}.manifest.v1+json",
            "config": _descriptor(f"{_MEDIA}.config.v1+json", config),
            "layers": [layer.descriptor() for layer in layers],
        }
    )
    annotations = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name}
    entry = {**_descriptor(f"{_MEDIA}.manifest.v1+json", manifest), "annotations": annotations}
    return {
        "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
        "index.json": _json({"schemaVersion": 2, "manifests": [entry]}),
        _blob_path(_digest(config)): config,
        _blob_path(_digest(manifest)): manifest,
    }


def _write_archive(path: Path, blobs: Mapping[str, bytes], layers: Sequence[_Layer]) -> None:
    with tarfile.open(path, "w") as archive:
        for name, content in blobs.items():
            _add_file(archive, tarfile.TarInfo(name), content)
        for layer in layers:
            entry = tarfile.TarInfo(_blob_path(layer.digest))
            entry.size = layer.size
            with layer.file.open("rb") as source:
                source.seek(layer.offset)
                archive.addfile(entry, source)


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _blob_path(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "digest": _digest(content), "size": len(content)}


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
