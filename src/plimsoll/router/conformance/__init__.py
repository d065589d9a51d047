"""Black-box suites for endpoint pickers, and for gateways that route by a picker's choice.

`run_picker` speaks Envoy's ext_proc protocol to any picker at an address, as a gateway does, and
needs to know nothing about it: which endpoints may be chosen is steered by the protocol's own
subset hint. `run_gateway` sends requests through Envoy with our configuration, or with another.

Messages are made from a description of the service that comes along, so that grpcio and protobuf
are all that is needed: no generated code, and nothing that collides with Envoy's own package.
"""

from plimsoll.errors import PlimsollError

try:
    import grpc.aio
    from google.protobuf import descriptor_pb2
except ImportError as error:
    raise PlimsollError(
        f"The conformance suites need grpcio and protobuf, but {error.name} is not installed.",
        next_step="pip install 'plimsoll[router]'",
    ) from error

from plimsoll.router.conformance.gateway import gateway_cases, run_gateway
from plimsoll.router.conformance.model import CaseResult, Options, Outcome, Report
from plimsoll.router.conformance.picker import picker_cases, run_picker

del descriptor_pb2, grpc

__all__ = [
    "CaseResult",
    "Options",
    "Outcome",
    "Report",
    "gateway_cases",
    "picker_cases",
    "run_gateway",
    "run_picker",
]
