"""Host names are looked up, again and again; what cannot be looked up keeps its last addresses."""

from __future__ import annotations

import pytest

from plimsoll.router.endpoint_spec import parse_flag
from plimsoll.router.resolve import Resolver, look_up


class Names:
    """A resolver whose answers tests change."""

    def __init__(self, **known: tuple[str, ...]) -> None:
        self.known = known
        self.asked = 0

    async def __call__(self, host: str) -> tuple[str, ...]:
        self.asked += 1
        if host not in self.known:
            raise OSError(-2, "Name or service not known")
        return self.known[host]


async def addresses(resolver: Resolver, *specs: str) -> tuple[list[str], list[str]]:
    endpoints, problems = await resolver.endpoints([parse_flag(each) for each in specs])
    return [each.address for each in endpoints], list(problems)


async def test_a_name_with_several_addresses_is_several_endpoints() -> None:
    resolver = Resolver(Names(gpu=("10.0.0.1", "10.0.0.2")))
    assert await addresses(resolver, "gpu:80") == (["10.0.0.1:80", "10.0.0.2:80"], [])


@pytest.mark.parametrize(
    ("url", "reached", "asked"),
    [
        ("https://gpu", ["https://10.0.0.1:443", "https://10.0.0.2:443"], "gpu"),
        ("http://gpu:8000/x", ["http://10.0.0.1:8000/x", "http://10.0.0.2:8000/x"], "gpu:8000"),
    ],
)
async def test_each_is_reached_by_its_address_and_asked_by_the_name(
    url: str, reached: list[str], asked: str
) -> None:
    resolver = Resolver(Names(gpu=("10.0.0.1", "10.0.0.2")))
    endpoints, problems = await resolver.endpoints([parse_flag(url)])
    assert [each.url for each in endpoints] == reached
    assert {each.authority for each in endpoints} == {asked}
    assert problems == ()


async def test_an_address_has_no_name() -> None:
    endpoints, _ = await Resolver(Names()).endpoints([parse_flag("https://10.0.0.1")])
    assert [each.authority for each in endpoints] == [""]


async def test_new_addresses_are_seen() -> None:
    names = Names(gpu=("10.0.0.1",))
    resolver = Resolver(names)
    await addresses(resolver, "gpu:80")
    names.known["gpu"] = ("10.0.0.9",)
    assert await addresses(resolver, "gpu:80") == (["10.0.0.9:80"], [])


async def test_last_addresses_are_kept() -> None:
    names = Names(gpu=("10.0.0.1",))
    resolver = Resolver(names)
    await addresses(resolver, "gpu:80")
    names.known.clear()
    found, problems = await addresses(resolver, "gpu:80")
    assert found == ["10.0.0.1:80"]
    assert problems == [
        "gpu cannot be looked up (Name or service not known); its last addresses are kept"
    ]


async def test_a_name_that_was_never_found_is_left_out() -> None:
    found, problems = await addresses(Resolver(Names()), "gpu:80", "10.0.0.1:80")
    assert found == ["10.0.0.1:80"]
    assert "gpu cannot be looked up" in problems[0]


async def test_two_names_of_one_address_are_one_endpoint() -> None:
    resolver = Resolver(Names(a=("10.0.0.1",), b=("10.0.0.1",)))
    found, problems = await addresses(resolver, "a:80", "b:80")
    assert found == ["10.0.0.1:80"]
    assert problems == ["10.0.0.1:80 is given twice; the first counts"]


@pytest.mark.parametrize(("keep", "asked"), [(60.0, 1), (0.0, 2)])
async def test_answers_are_kept_for_a_while(keep: float, asked: int) -> None:
    names = Names(gpu=("10.0.0.1",))
    resolver = Resolver(names, keep)
    await addresses(resolver, "gpu:80")
    await addresses(resolver, "gpu:80")
    assert names.asked == asked


async def test_the_system_resolver_gives_one_family() -> None:
    assert await look_up("localhost") in {("127.0.0.1",), ("::1",)}


async def test_the_system_resolver_refuses_a_name_that_is_none() -> None:
    with pytest.raises(OSError):
        await look_up("no-such-name.invalid")
