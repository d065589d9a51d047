"""Pages in the form of each vendor's exporter read alike: by device, in one unit, folded.

The pages are hand-made from the exporters' public documentation.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.adapters.accelerator_metrics import catalogue
from plimsoll.adapters.accelerator_metrics.readings import Physical, Reading, physical, read
from plimsoll.adapters.accelerator_metrics.text_format import parse
from plimsoll.adapters.accelerators.dra import Device

PAGES = Path(__file__).parent / "pages"
MIB = 1 << 20
FIRST, SECOND = (
    "GPU-11111111-2222-3333-4444-555555555555",
    "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa",
)


def device(name: str, identity: str = "", node: str = "n1", **attributes: str) -> Device:
    return Device(
        driver="d", pool=node, name=name, node=node, identity=identity, attributes=dict(attributes)
    )


NVIDIA = physical([device("gpu-0", FIRST, uuid=FIRST), device("gpu-1", SECOND, uuid=SECOND)])


def page(name: str, exporter: str, inventory: list[Physical]) -> Reading:
    text = (PAGES / f"{name}.txt").read_text()
    return read(parse(text), catalogue.by_name(exporter), inventory)


def told(reading: Reading) -> dict[str, dict[str, float]]:
    return {each.device: each.values for each in reading.devices}


def test_dcgm() -> None:
    reading = page("dcgm-exporter", "dcgm-exporter", NVIDIA)
    assert (reading.label, [each.known for each in reading.devices]) == ("UUID", [True, True])
    assert told(reading) == {
        FIRST: {
            "utilisation": pytest.approx(0.97),
            "memory_used": 80000 * MIB,
            "memory_total": 81000 * MIB,
            "temperature": 61,
            "power": 512.25,
        },
        SECOND: {
            "utilisation": 0,
            "memory_used": 0,
            "memory_total": 81000 * MIB,
            "temperature": 34,
            "power": 71.5,
        },
    }


def test_dcgm_without_an_inventory_keeps_the_words_that_containers_see() -> None:
    reading = page("dcgm-exporter", "dcgm-exporter", [])
    assert [(each.device, each.known) for each in reading.devices] == [
        (FIRST, False),
        (SECOND, False),
    ]


def test_dcgm_partitions_are_folded_into_their_device() -> None:
    partitions = [
        device(f"gpu-0-mig-{number}", f"MIG-{number}", uuid=f"MIG-{number}", parentUUID=FIRST)
        for number in (1, 2)
    ]
    inventory = physical(partitions)
    assert [each.identity for each in inventory] == [FIRST]
    reading = page("dcgm-exporter-mig", "dcgm-exporter", inventory)
    assert told(reading) == {FIRST: {"utilisation": 0.75, "memory_used": 128 * MIB}}


def test_amd_by_serial_number_where_the_inventory_has_other_words() -> None:
    inventory = physical([device("gpu-1-129", "129"), device("gpu-0-128", "128")])
    reading = page("amd-device-metrics-exporter", "amd-device-metrics-exporter", inventory)
    assert (reading.label, [each.known for each in reading.devices]) == (
        "serial_number",
        [False, False],
    )
    assert told(reading)["device-1"] == {
        "utilisation": pytest.approx(0.88),
        "memory_used": 1024 * MIB,
        "memory_total": 196592 * MIB,
    }


def test_intel_tiles_are_folded_and_known_by_the_pci_address() -> None:
    inventory = physical([device("gpu-a", pciAddress="0000:29:00.0")])
    reading = page("intel-xpumanager", "intel-xpumanager", inventory)
    assert reading.label == "pci_bdf"
    assert told(reading) == {"gpu-a": {"utilisation": 0.5, "memory_used": 3000000, "power": 300}}


def test_intel_second_generation() -> None:
    inventory = physical([device("gpu-a", pciAddress="0000:29:00.0")])
    assert told(page("intel-xpumd", "intel-xpumd", inventory)) == {
        "gpu-a": {"utilisation": 0.6, "memory_used": 5000000, "memory_total": 6.8e10}
    }


def test_tpu() -> None:
    reading = page("gke-tpu-device-plugin", "gke-tpu-device-plugin", [])
    assert told(reading) == {
        "device-1": {
            "utilisation": pytest.approx(0.71),
            "memory_used": 1.2e10,
            "memory_total": 33550228480,
        },
        "device-2": {"utilisation": 0, "memory_used": 0, "memory_total": 33550228480},
    }


def test_neuron_adds_up_the_parts_of_memory() -> None:
    reading = page("neuron-monitor", "neuron-monitor", [])
    assert told(reading) == {"device-1": {"utilisation": 0.86, "memory_used": 6301234}}


def test_generic_rule_keeps_gauges_that_are_keyed_by_the_inventory() -> None:
    text = (
        "# TYPE busy gauge\n# TYPE work_total counter\n"
        f'busy{{card="{FIRST.lower()}",pod="a"}} 3\nbusy{{card="{FIRST}",pod="b"}} 4\n'
        f'work_total{{card="{FIRST}"}} 9\nbusy{{card="another"}} 5\nloose 1\n'
    )
    reading = read(parse(text), None, NVIDIA)
    assert reading.label == "card"
    assert told(reading) == {FIRST: {"busy": 4}}


def test_generic_rule_finds_nothing_where_no_identity_stands() -> None:
    assert read(parse('busy{gpu="0"} 3\n'), None, NVIDIA) == Reading()


def test_help_lines_alone_have_no_device() -> None:
    text = "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization.\n# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"
    assert read(parse(text), catalogue.by_name("dcgm-exporter"), NVIDIA).devices == ()


def test_values_that_are_no_numbers_are_kept_apart() -> None:
    text = f'DCGM_FI_DEV_GPU_UTIL{{UUID="{FIRST}"}} NaN\n'
    (only,) = read(parse(text), catalogue.by_name("dcgm-exporter"), NVIDIA).devices
    assert (only.values, only.not_numbers) == ({}, {"utilisation": "nan"})


def test_digest_and_newest_tell_pages_apart() -> None:
    exporter = catalogue.by_name("dcgm-exporter")

    def at(value: int, stamp: int) -> Reading:
        line = f'DCGM_FI_DEV_GPU_UTIL{{UUID="{FIRST}"}} {value} {stamp}\nprocess_seconds {stamp}\n'
        return read(parse(line), exporter, NVIDIA)

    assert at(1, 100).digest == at(1, 200).digest != at(2, 200).digest
    assert (at(1, 100).newest, at(1, 200).newest) == (100, 200)


def test_words_that_several_devices_of_a_node_share_tell_none_of_them() -> None:
    first, second = physical(
        [device("a", "id-a", model="H100-80GB"), device("b", "id-b", model="H100-80GB")]
    )
    assert [first.aliases, second.aliases] == [frozenset({"id-a"}), frozenset({"id-b"})]


def test_pci_addresses_of_both_lengths_are_the_same_word() -> None:
    inventory = physical(
        [device("a", pciBusID="0000:07:00.0"), device("b", pciBusID="0000:0f:00.0")]
    )
    text = 'DCGM_FI_DEV_GPU_UTIL{gpu="0",pci_bus_id="00000000:07:00.0"} 1\n'
    (only,) = read(parse(text), catalogue.by_name("dcgm-exporter"), inventory).devices
    assert (only.device, only.known) == ("a", True)
