"""Kubernetes quantities as numbers (pure)."""

from __future__ import annotations

_FACTORS: dict[str, float] = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    **{letter: 1e3 ** (power + 1) for power, letter in enumerate("kMGTPE")},
    **{f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")},
}


def quantity(text: str | int | float) -> float:
    """Return what a quantity such as `1930m`, `2k` or `4Gi` means. Raises ValueError."""
    digits = str(text).rstrip("numkKMGTPEi")
    unit = str(text)[len(digits) :]
    try:
        return float(digits) * _FACTORS[unit]
    except (KeyError, ValueError) as error:
        raise ValueError(f"{text!r} is not a quantity") from error


def millicores(text: str | int | float) -> int:
    """Return a CPU quantity in millicores. Raises ValueError."""
    return round(quantity(text) * 1000)
