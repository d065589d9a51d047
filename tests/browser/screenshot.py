"""Takes the picture of a report that stands in the README.

python -m tests.browser.screenshot RUN docs/report.png
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser import chromium


def main(run: Path, picture: Path) -> None:
    """Write the top of the report of the run folder `run` as a picture."""
    report = run / "report.html"
    if not report.is_file():
        sys.exit(f"{report} is not there; name a run folder")
    with chromium.page() as page:
        page.open(report, width=1200)
        page.screenshot(picture, height=1180)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
