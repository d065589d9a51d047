"""Runs beside the emitter: writes the value that it shall say, and prints what it then says.

Prints {"value": number or null, "page": the lines of the scraper's page}. Standard library only,
and any Python from 3.9.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from pathlib import Path
from typing import Any

arguments: dict[str, Any] = json.loads(sys.argv[1])
wanted = arguments["value"]
dial = Path(arguments["file"])
fresh = dial.with_suffix(".new")
fresh.write_text("" if wanted is None else str(wanted))
fresh.replace(dial)
url = f"http://localhost:{arguments['port']}/metrics"
with urllib.request.urlopen(url, timeout=10) as answer:
    page = answer.read().decode().splitlines()
samples = [line for line in page if line and not line.startswith("#")]
print(json.dumps({"value": float(samples[0].split()[-1]) if samples else None, "page": page}))
