"""Refusals as pages and as JSON."""

import json

from sshr.app.faults import RequestFault
from sshr.app.replies import OUTSIDE, elsewhere, refusal


def test_a_refusal_is_a_page_or_json() -> None:
    page = {"path": "/conceal", "method": "GET"}
    answer = refusal(RequestFault(404, "no <b>page</b>"), page)
    assert answer.status_code == 404
    assert b"no &lt;b&gt;page&lt;/b&gt;" in answer.body
    told = refusal(RequestFault(503, "busy"), page | {"path": "/api/reveal"})
    assert json.loads(bytes(told.body)) == {"error": "busy", "kind": "Request", "exit_code": 0}
    assert told.headers["Retry-After"] == "2"
    assert json.loads(bytes(refusal(RequestFault(403, "x"), page | {"method": "POST"}).body))


def test_who_is_outside_sees_the_door() -> None:
    scope, fault = {"path": "/conceal", "method": "GET"}, RequestFault(403, "x", OUTSIDE)
    assert b"has not been let in" in refusal(fault, scope).body
    assert b"Password" in refusal(fault, scope, "door").body
    assert elsewhere("/conceal").status_code == 303
