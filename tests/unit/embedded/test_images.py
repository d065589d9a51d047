"""An image is a deterministic OCI archive with one layer, made from local files."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded.images import ImageError, build_image
from plimsoll.embedded.python_runtime import with_byte_code

NAME = "docker.io/library/example:1"


def build(path: Path, source: Path) -> Path:
    return build_image(
        path,
        name=NAME,
        files={"/bin/tool": source, "/etc/motd": b"hello"},
        links={"/bin/alias": "tool"},
        directories=["/var/empty"],
        user="65532:65532",
        entrypoint=["/bin/tool"],
        command=["serve"],
        env={"B": "2", "A": "1"},
    )


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    path = tmp_path / "tool"
    path.write_bytes(b"#!/bin/sh\n")
    path.chmod(0o755)
    return path


def content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None
    return member.read()


def blob(archive: tarfile.TarFile, descriptor: dict[str, Any]) -> bytes:
    found = content(archive, "blobs/" + descriptor["digest"].replace(":", "/"))
    assert descriptor["digest"] == "sha256:" + hashlib.sha256(found).hexdigest()
    assert descriptor["size"] == len(found)
    return found


def test_index_names_the_image_and_every_digest_holds(tmp_path: Path, tool: Path) -> None:
    with tarfile.open(build(tmp_path / "image.tar", tool)) as archive:
        (entry,) = json.loads(content(archive, "index.json"))["manifests"]
        manifest = json.loads(blob(archive, entry))
        config = json.loads(blob(archive, manifest["config"]))
        (layer,) = manifest["layers"]
        blob(archive, layer)
    assert entry["annotations"]["io.containerd.image.name"] == NAME
    assert config["rootfs"]["diff_ids"] == [layer["digest"]]
    assert config["config"] == {
        "User": "65532:65532",
        "Env": ["A=1", "B=2"],
        "Entrypoint": ["/bin/tool"],
        "Cmd": ["serve"],
    }


def test_layer_has_files_links_folders_and_a_world_writable_tmp(tmp_path: Path, tool: Path) -> None:
    with tarfile.open(build(tmp_path / "image.tar", tool)) as archive:
        (entry,) = json.loads(content(archive, "index.json"))["manifests"]
        layer = blob(archive, json.loads(blob(archive, entry))["layers"][0])
    with tarfile.open(fileobj=io.BytesIO(layer)) as files:
        seen = {member.name: (member.type, oct(member.mode), member.linkname) for member in files}
    assert seen == {
        "bin": (tarfile.DIRTYPE, "0o755", ""),
        "bin/alias": (tarfile.SYMTYPE, "0o777", "tool"),
        "bin/tool": (tarfile.REGTYPE, "0o755", ""),
        "etc": (tarfile.DIRTYPE, "0o755", ""),
        "etc/motd": (tarfile.REGTYPE, "0o644", ""),
        "tmp": (tarfile.DIRTYPE, "0o1777", ""),
        "var": (tarfile.DIRTYPE, "0o755", ""),
        "var/empty": (tarfile.DIRTYPE, "0o755", ""),
    }


def test_layers_of_the_base_lie_beneath(tmp_path: Path, tool: Path) -> None:
    base = build(tmp_path / "base.tar", tool)
    upper = build_image(tmp_path / "upper.tar", name="upper:1", files={"/x": b"x"}, base=base)
    found = []
    for path in (base, upper):
        with tarfile.open(path) as archive:
            (entry,) = json.loads(content(archive, "index.json"))["manifests"]
            manifest = json.loads(blob(archive, entry))
            config = json.loads(blob(archive, manifest["config"]))
            digests = [layer["digest"] for layer in manifest["layers"] if blob(archive, layer)]
        assert config["rootfs"]["diff_ids"] == digests
        found.append(digests)
    assert (len(found[1]), found[1][0]) == (2, found[0][0])


def test_same_files_give_the_same_bytes(tmp_path: Path, tool: Path) -> None:
    first = build(tmp_path / "one.tar", tool).read_bytes()
    os.utime(tool, (1, 1))
    assert build(tmp_path / "two.tar", tool).read_bytes() == first


def test_missing_file_is_an_error_that_names_it_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="absent"):
        build_image(tmp_path / "image.tar", name=NAME, files={"/x": tmp_path / "absent"})
    assert list(tmp_path.iterdir()) == []


def test_byte_code_is_marked_unchecked_so_that_file_times_do_not_matter(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("VALUE = 1\n")
    files = with_byte_code({"/lib/module.py": module})
    (code,) = (found for name, found in files.items() if name.endswith(".pyc"))
    assert isinstance(code, bytes)
    assert int.from_bytes(code[4:8], "little") == 1
