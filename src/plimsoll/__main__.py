"""`python -m plimsoll` is the same as `plimsoll`."""

from plimsoll.cli import main

main()
