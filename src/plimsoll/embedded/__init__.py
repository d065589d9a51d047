"""The embedded platform: real upstream Kubernetes on one Linux machine, with nothing else on it.

Promises that everything it makes on the machine is written down before it is made, so that `down`
can remove all of it, whatever happened in between.
"""

from __future__ import annotations
