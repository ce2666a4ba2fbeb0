"""A fuzzer driven by the OpenAPI description finds no server error, and no answer that is not described.

`JIANDU_FUZZ_EXAMPLES=500` has it try so many a operation, of what fits the description and of what does not.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.api.conftest import Served

_LONG = int(os.environ.get("JIANDU_FUZZ_EXAMPLES", "0"))
_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
_THERE = (
    ("appraisal", "2026-lys", "raise_question"),
    ("appraisal", "2026-lys", "file_opinions"),
    ("rectification", "2026-lys", "decide_on_report"),
    ("rectification", "2026-lys", "submit_plan"),
)
"""Cases that the town has, with acts: names that are made up find none."""
_BOUNDED = settings(
    max_examples=_LONG or 4,
    deadline=None,
    derandomize=not _LONG,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(300 if not _LONG else 0)
def test_every_operation_answers_as_described(served: Served) -> None:
    headers = {"authorization": f"Bearer {served.token}"}
    described = schemathesis.openapi.from_url(f"{served.origin}/api/v1/openapi.json", headers=headers)
    operations: list[Any] = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    answered: Counter[int] = Counter()
    for operation in operations:
        for mode in GenerationMode:
            _fuzz(operation, mode, headers, answered)
    print(f"\n{answered.total()} requests to {len(operations)} operations: {dict(answered)}")  # noqa: T201 - of a long run
    assert len(operations) >= 18
    assert {200, 404, 422, 503} <= set(answered)


def _fuzz(operation: Any, mode: GenerationMode, headers: dict[str, str], answered: Counter[int]) -> None:
    @_BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode), there=st.sampled_from((None, *_THERE)))
    def holds(case: Any, there: tuple[str, str, str] | None) -> None:
        if there is not None and case.path_parameters:
            names = dict(zip(("kind", "case_id", "act"), there, strict=True))
            case.path_parameters = {name: names.get(name, value) for name, value in case.path_parameters.items()}
        response = case.call(headers=headers)
        answered[response.status_code] += 1
        if response.status_code == 503:
            assert response.json()["code"] == "engine_unavailable", response.text  # there is none in this test
        else:
            case.validate_response(response, checks=_CHECKS)

    try:
        holds()
    except schemathesis.errors.SchemathesisError as error:
        # Of an operation that takes anything nothing unfit can be made.
        if mode is GenerationMode.POSITIVE or "negative" not in str(error).lower():
            raise
