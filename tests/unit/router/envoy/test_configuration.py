"""The Envoy configuration says what was chosen, and what was measured to be needed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from plimsoll.router.envoy import configuration, render
from plimsoll.router.envoy_options import EnvoyOptions, EnvoyPool, PickerTls

POOL = EnvoyPool(endpoints=("127.0.0.1:8000", "[::1]:8001"), picker="picker.example:9002")
OPTIONS = EnvoyOptions(pools=(POOL,))


def changed(**changes: Any) -> dict[str, Any]:
    return configuration(msgspec.structs.replace(OPTIONS, **changes))


def manager(config: dict[str, Any]) -> dict[str, Any]:
    chain = config["static_resources"]["listeners"][0]["filter_chains"][0]
    found: dict[str, Any] = chain["filters"][0]["typed_config"]
    return found


def ext_proc(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manager(config)["http_filters"][0]["typed_config"]
    return found


def routes(config: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = manager(config)["route_config"]["virtual_hosts"][0]["routes"]
    return found


def cluster(config: dict[str, Any], name: str) -> dict[str, Any]:
    clusters = config["static_resources"]["clusters"]
    found: dict[str, Any] = next(each for each in clusters if each["name"] == name)
    return found


def test_the_text_is_the_configuration() -> None:
    assert YAML(typ="safe", pure=True).load(render(OPTIONS)) == configuration(OPTIONS)


def test_the_text_says_what_happens_without_a_picker() -> None:
    closed = render(msgspec.structs.replace(OPTIONS, fail_open=False))
    assert ("fail-open" in render(OPTIONS), "fail-closed" in closed) == (True, True)


@pytest.mark.parametrize(
    ("responses", "bodies", "body"),
    [
        ("none", "duplex", "NONE"),
        ("usage", "duplex", "FULL_DUPLEX_STREAMED"),
        ("usage", "buffered", "STREAMED"),
        ("full", "duplex", "FULL_DUPLEX_STREAMED"),
        ("full", "buffered", "FULL_DUPLEX_STREAMED"),
    ],
)
def test_response_modes(responses: str, bodies: str, body: str) -> None:
    mode = ext_proc(changed(responses=responses, bodies=bodies))["processing_mode"]
    assert (mode["response_body_mode"], mode["response_trailer_mode"]) == (body, "SEND")


@pytest.mark.parametrize("responses", ["none", "usage", "full"])
def test_the_filter_says_what_body_modes_do_not(responses: str) -> None:
    service = ext_proc(changed(responses=responses))["grpc_service"]
    said = [{"key": "x-plimsoll-response-mode", "value": "usage"}]
    assert service.get("initial_metadata") == (said if responses == "usage" else None)


def test_only_metadata_decides_where_a_request_goes() -> None:
    policy = cluster(changed(), "pool")["load_balancing_policy"]["policies"][0]
    typed = policy["typed_extension_config"]["typed_config"]
    place = [{"key": "x-gateway-destination-endpoint"}]
    assert typed["override_host_sources"] == [{"metadata": {"key": "envoy.lb", "path": place}}]


def test_a_picker_known_to_be_down_is_not_asked() -> None:
    picker = cluster(changed(health_check_seconds=0.5), "picker-0")
    check = picker["health_checks"][0]
    assert picker["common_lb_config"] == {"healthy_panic_threshold": {"value": 0}}
    assert (check["interval"], check["unhealthy_threshold"]) == ("0.500s", 2)


def test_a_long_body_comes_back_from_the_picker_in_one_frame() -> None:
    options = cluster(changed(), "picker-0")["typed_extension_protocol_options"]
    (protocol,) = options.values()
    http2 = protocol["explicit_http_config"]["http2_protocol_options"]
    assert http2["custom_settings_parameters"] == [{"identifier": 5, "value": 131072}]


@pytest.mark.parametrize("fail_open", [True, False])
def test_fail_open_and_closed(fail_open: bool) -> None:
    assert ext_proc(changed(fail_open=fail_open))["failure_mode_allow"] is fail_open


def test_a_picker_with_a_name_is_looked_up_and_endpoints_are_not() -> None:
    kinds = [each["type"] for each in changed()["static_resources"]["clusters"]]
    assert kinds == ["STATIC", "STRICT_DNS"]


def test_what_announces_trailers_is_tried_once_where_a_retry_would_double_the_body() -> None:
    first, second = routes(changed())
    assert first["match"]["headers"] == [{"name": "trailer", "present_match": True}]
    assert ("retry_policy" in first["route"], "retry_policy" in second["route"]) == (False, True)


@pytest.mark.parametrize("changes", [{"retries": 0}, {"bodies": "buffered"}])
def test_trailers_pass_where_no_body_would_be_doubled(changes: dict[str, Any]) -> None:
    config = changed(**changes)
    assert len(routes(config)) == 1
    assert manager(config)["http_protocol_options"] == {"enable_trailers": True}


def test_without_retries_none_are_configured() -> None:
    assert "retry_policy" not in routes(changed(retries=0))[0]["route"]


def test_pools_of_one_prefix_share_it_by_weight_and_ask_their_own_pickers() -> None:
    pools = (
        EnvoyPool(name="a", endpoints=("127.0.0.1:1",), picker="127.0.0.1:11", weight=70),
        EnvoyPool(name="b", endpoints=("127.0.0.1:2",), picker="127.0.0.1:12", weight=30),
    )
    route = routes(changed(pools=pools, retries=0))[0]["route"]
    first, second = route["weighted_clusters"]["clusters"]
    assert (first, second["weight"]) == ({"name": "a", "weight": 70}, 30)
    override = second["typed_per_filter_config"]["envoy.filters.http.ext_proc"]["overrides"]
    assert override["grpc_service"]["envoy_grpc"]["cluster_name"] == "picker-1"


def test_longer_prefixes_come_first() -> None:
    pools = (
        EnvoyPool(name="a", endpoints=("127.0.0.1:1",)),
        EnvoyPool(name="b", endpoints=("127.0.0.1:2",), prefix="/v1/embeddings"),
    )
    found = [each["match"]["prefix"] for each in routes(changed(pools=pools, retries=0))]
    assert found == ["/v1/embeddings", "/"]


def test_the_pickers_certificate_is_judged_by_authority_and_name() -> None:
    config = changed(picker_tls=PickerTls(ca_file="/ca.pem", name="picker"))
    tls = cluster(config, "picker-0")["transport_socket"]["typed_config"]
    validation = tls["common_tls_context"]["validation_context"]
    assert (tls["sni"], validation["trusted_ca"]) == ("picker", {"filename": "/ca.pem"})
    assert validation["match_typed_subject_alt_names"][0]["matcher"] == {"exact": "picker"}


def test_a_client_may_not_take_forever_to_send_a_request() -> None:
    assert manager(changed(request_seconds=7))["request_timeout"] == "7.000s"


def test_no_admin_listener_when_none_is_wanted() -> None:
    assert "admin" not in changed(admin=None)
