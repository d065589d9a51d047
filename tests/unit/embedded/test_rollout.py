"""A Deployment is finished when its new pods are available and its old ones are gone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from lightkube import ApiError, Client
from lightkube.resources.apps_v1 import Deployment

from plimsoll.embedded.rollout import unfinished

DONE = {"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}


class Api:
    def __init__(self, status: dict[str, int] | None) -> None:
        self._status = status

    def get(self, kind: type[Deployment], name: str, *, namespace: str) -> Deployment:
        found = kind.from_dict(
            {
                "metadata": {"name": name, "namespace": namespace, "generation": 2},
                "spec": {"selector": {}, "template": {}},
                "status": self._status,
            }
        )
        assert isinstance(found, kind)
        return found


class Refusing:
    def __init__(self, code: int) -> None:
        self._code = code

    def get(self, *_: Any, **__: Any) -> Deployment:
        answer: Any = type("Answer", (), {"json": lambda _: {"code": self._code, "message": "no"}})
        raise ApiError(response=answer())


def missing(api: object) -> str:
    return unfinished(cast("Client", api), "manager", namespace="system")


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (DONE, ""),
        (None, "its Deployment to be looked at"),
        (DONE | {"observedGeneration": 1}, "its Deployment to be looked at"),
        (DONE | {"updatedReplicas": 0}, "its pod to become ready"),
        (DONE | {"availableReplicas": 0}, "its pod to become ready"),
        (DONE | {"replicas": 2}, "its old pod to go"),
    ],
)
def test_it_waits_for_the_new_pods_alone(status: dict[str, int] | None, what: str) -> None:
    assert missing(Api(status)) == what


def test_one_that_is_not_there_has_to_be_applied() -> None:
    assert missing(Refusing(404)) == "its Deployment to be applied"


def test_no_other_refusal_is_swallowed() -> None:
    with pytest.raises(ApiError):
        missing(Refusing(500))
