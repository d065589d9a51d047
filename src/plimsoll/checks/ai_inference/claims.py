"""What ai_inference claims of a Gateway API implementation, each claim with its basis.

The checklist asks for weighted splitting and header routing; both are claimed of real requests, and
so is what they rest on. Grants, live changes, other routing rules and streaming are ours.
"""

from __future__ import annotations

from plimsoll.record import Claim
from plimsoll.standard.verdicts import Basis

JUDGE_VERSION = 1

BACKENDS_ANSWER = "backends-answer-directly"
NOTHING_WITHOUT_ROUTE = "nothing-answers-without-a-route"
PROGRAMMED = "gateway-is-programmed"
ROUTES_ACCEPTED = "routes-are-accepted"
TRAFFIC = "gateway-carries-traffic"
HEADERS = "header-rules-route"
WEIGHTS = "weights-split-traffic"
ZERO_WEIGHT = "zero-weight-gets-nothing"
UNKNOWN_HOST = "unknown-host-is-not-found"
PATHS = "paths-and-hosts-route"
FLIP = "weights-flip-without-loss"
MISSING_BACKEND = "missing-backend-is-an-error"
GRANT = "other-namespace-needs-a-grant"
DELETED = "deleted-route-is-gone"
STREAM = "answers-are-streamed"
LARGE_BODY = "large-body-passes"
LONG_ANSWER = "long-answer-passes"
FROM_OUTSIDE = "reached-from-outside"

_DIRECT = "the client gets 200 from the same backends through their Services"
_ROUTED = "the same Gateway carries requests of routes that match"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id=BACKENDS_ANSWER,
        title="The client reaches every backend through its Service, without the Gateway",
        basis=Basis.KAR,
        why="A backend that does not answer would be laid at the Gateway's door.",
        is_control=True,
    ),
    Claim(
        id=NOTHING_WITHOUT_ROUTE,
        title="Before there is a route, no request to the Gateway is answered with success",
        basis=Basis.KAR,
        why="Something that answers everything makes every later answer worthless.",
        is_control=True,
    ),
    Claim(
        id=PROGRAMMED,
        title="The Gateway is accepted and programmed, and has an address",
        basis=Basis.KAR,
        why="Without an address nobody can send a request.",
    ),
    Claim(
        id=ROUTES_ACCEPTED,
        title="Routes are accepted and their references resolved, in their present version",
        basis=Basis.KAR,
        why="Who deploys a model reads there whether it can be reached.",
    ),
    Claim(
        id=TRAFFIC,
        title="A request to the Gateway's address reaches the backend of its route",
        basis=Basis.KAR,
        why="A status that says ready while nothing answers is worse than none.",
    ),
    Claim(
        id=HEADERS,
        title="A header decides which backend answers: present, absent and with another value",
        basis=Basis.KAR,
        why="Model and tenant are chosen by header; a rule that is ignored serves the wrong model.",
        control=_DIRECT,
    ),
    Claim(
        id=WEIGHTS,
        title="Weights of 90 and 10 split 1000 requests within the exact limits of chance",
        basis=Basis.KAR,
        why="A new model version gets a tenth of the traffic, not half of it.",
        control=_DIRECT,
    ),
    Claim(
        id=ZERO_WEIGHT,
        title="A backend of weight 0 gets no request at all",
        basis=Basis.KAR,
        why="Weight 0 is how a broken version is taken out of service.",
        control="the same backend gets requests of other routes",
    ),
    Claim(
        id=UNKNOWN_HOST,
        title="A request for a host that no route names is not found",
        basis=Basis.KAR,
        why="A catch-all hides wrong routes and serves strangers.",
        control=_ROUTED,
    ),
    Claim(
        id=PATHS,
        title="Hosts and paths decide, the more precise path first",
        basis=Basis.STRICTER,
        why="Several models share an address; the order of rules must be the standard's.",
        control=_DIRECT,
    ),
    Claim(
        id=FLIP,
        title="Turning weights from 100/0 to 0/100 under traffic loses no request",
        basis=Basis.STRICTER,
        why="Each new model version is rolled out under traffic.",
    ),
    Claim(
        id=MISSING_BACKEND,
        title="A route to a missing backend says so and answers with a server error",
        basis=Basis.STRICTER,
        why="A broken reference must be seen, and must not be served by somebody else.",
        control=_ROUTED,
    ),
    Claim(
        id=GRANT,
        title="A backend in another namespace is reached only with that namespace's grant",
        basis=Basis.STRICTER,
        why="Else any tenant publishes any other tenant's model.",
        control="with a ReferenceGrant the same route reaches the same backend",
    ),
    Claim(
        id=DELETED,
        title="After a route was deleted, its requests are not found",
        basis=Basis.STRICTER,
        why="A model that was withdrawn must not be served.",
        control="before, the same requests were answered",
    ),
    Claim(
        id=STREAM,
        title="The first part of an answer arrives before the last was sent",
        basis=Basis.STRICTER,
        why="Tokens are read as they come; a gateway that buffers makes every chat wait.",
        control="without the Gateway the same answer arrives in parts",
    ),
    Claim(
        id=LARGE_BODY,
        title="A request with a body of 4 MB passes whole",
        basis=Basis.INFORMATIVE,
        why="Images and long prompts are sent as bodies; limits are the platform's choice.",
    ),
    Claim(
        id=LONG_ANSWER,
        title="An answer that goes on for long is not cut off",
        basis=Basis.INFORMATIVE,
        why="Long generations run into time limits of proxies; the limit is the platform's choice.",
    ),
    Claim(
        id=FROM_OUTSIDE,
        title="The Gateway's address answers the machine that runs this check",
        basis=Basis.INFORMATIVE,
        why="Shown, outside the verdict: the address may be an internal one on purpose.",
    ),
)
