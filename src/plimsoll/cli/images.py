"""`plimsoll images`: the container images that checks use, for a mirror or a policy."""

from __future__ import annotations

from plimsoll.standard.images import ALL


def images(*, image_registry: str = "") -> int:
    """List the container images that checks use, one a line with its purpose.

    Parameters
    ----------
    image_registry
        Show them as they are pulled with `plimsoll check --image-registry`.
    """
    from plimsoll.harness.pods import image_at

    for image, purpose in ALL.items():
        print(f"{image_at(image, image_registry)}  # {purpose}")
    return 0
