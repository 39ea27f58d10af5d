from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from findry.errors import CapabilityError, InputError, MissingExtra, MissingResource, ProviderError
from findry.models import Encoder, HttpEncoder
from findry.models.http_retry import RetryPolicy

httpx = pytest.importorskip("httpx", reason="the extra 'http' is not installed")
VECTORS = {"a": [3.0, 4.0], "b": [0.0, 2.0], "c": [-1.0, 0.0]}


class Service:
    """An embeddings service that first gives the answers prepared, then proper ones in reverse order."""

    def __init__(self, *first: Any) -> None:
        self.first, self.requests, self.waits = list(first), [], []

    def __call__(self, request: Any) -> Any:
        body = json.loads(request.content)
        self.requests.append((str(request.url), body, dict(request.headers)))
        if self.first:
            answer = self.first.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        rows = [{"index": i, "embedding": self.vector(text, body)} for i, text in enumerate(body["input"])]
        return httpx.Response(200, json={"object": "list", "data": rows[::-1]})

    def vector(self, text: str, body: dict[str, Any]) -> Any:
        vector = VECTORS.get(text[-1:], [1.0, 0.0])
        if body["encoding_format"] == "base64":
            return base64.b64encode(np.array(vector, "<f4").tobytes()).decode()
        return vector

    def encoder(self, **options: Any) -> HttpEncoder:
        policy = RetryPolicy(retries=3, sleep=self.waits.append)
        options = {"transport": httpx.MockTransport(self), "retry": policy} | options
        return HttpEncoder("https://example.test/v1/", "m", **options)


def embeddings(*vectors: list[float]) -> Any:
    return httpx.Response(200, json={"data": [{"index": i, "embedding": v} for i, v in enumerate(vectors)]})


def test_it_keeps_the_port() -> None:
    assert isinstance(Service().encoder(dimensions=2), Encoder)


@pytest.mark.parametrize("encoding_format", ["float", "base64"])
def test_rows_follow_the_returned_index_and_have_unit_length(encoding_format: str) -> None:
    service = Service()
    vectors = service.encoder(encoding_format=encoding_format, batch_size=2).encode(["a", "b", "c"], "document")
    np.testing.assert_allclose(vectors, [[0.6, 0.8], [0, 1], [-1, 0]], atol=1e-6)
    assert [request[1]["input"] for request in service.requests] == [["a", "b"], ["c"]]
    assert service.requests[0][0] == "https://example.test/v1/embeddings"
    assert vectors.dtype == np.float32


def test_lengths_are_kept_where_asked() -> None:
    vectors = Service().encoder(normalise=False).encode(["a"], "query")
    np.testing.assert_array_equal(vectors, [[3, 4]])


def test_prompts_dimensions_and_key_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "a-value")
    service = Service()
    encoder = service.encoder(query_prompt="q: ", document_prompt="d: ", dimensions=2, api_key_env="SOME_KEY")
    encoder.encode(["a"], "query")
    encoder.encode(["a"], "document")
    assert [request[1]["input"] for request in service.requests] == [["q: a"], ["d: a"]]
    assert service.requests[0][1]["dimensions"] == 2
    assert service.requests[0][2]["authorization"] == "Bearer a-value"
    assert "a-value" not in json.dumps(encoder.card) + repr(encoder)


def test_a_key_that_is_not_set_is_a_missing_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_KEY", raising=False)
    with pytest.raises(MissingResource, match="export SOME_KEY"):
        Service().encoder(api_key_env="SOME_KEY").encode(["a"], "query")


def test_the_dimension_is_asked_once() -> None:
    service = Service()
    encoder = service.encoder()
    assert (encoder.dimension, encoder.dimension, encoder.encode([], "query").shape) == (2, 2, (0, 2))
    assert len(service.requests) == 1
    assert encoder.card["made_with"] == {"base_url": "https://example.test/v1"}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_after_growing_waits(status: int) -> None:
    service = Service(*[httpx.Response(status) for _ in range(3)])
    service.encoder().encode(["a"], "query")
    assert service.waits == [0.5, 1.0, 2.0]


def test_a_broken_connection_is_tried_again() -> None:
    service = Service(httpx.ConnectError("refused"), httpx.ReadTimeout("late"))
    service.encoder().encode(["a"], "query")
    assert len(service.requests) == 3


def test_retry_after_stands_in_for_the_wait() -> None:
    service = Service(httpx.Response(429, headers={"retry-after": "7"}))
    service.encoder().encode(["a"], "query")
    assert service.waits == [7.0]


def test_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    service = Service(httpx.Response(503, headers={"retry-after": soon}))
    service.encoder().encode(["a"], "query")
    assert 0 <= service.waits[0] <= 30


def test_an_unreadable_retry_after_is_passed_over() -> None:
    service = Service(httpx.Response(503, headers={"retry-after": "soon"}))
    service.encoder().encode(["a"], "query")
    assert service.waits == [0.5]


def test_a_wait_beyond_the_longest_ends_at_once() -> None:
    service = Service(httpx.Response(429, headers={"retry-after": "3600"}))
    with pytest.raises(ProviderError, match="3600 s"):
        service.encoder().encode(["a"], "query")
    assert service.waits == []


def test_the_tries_are_bounded() -> None:
    service = Service(*[httpx.Response(500, text="down") for _ in range(9)])
    with pytest.raises(ProviderError, match="status 500: down"):
        service.encoder().encode(["a"], "query")
    assert (len(service.requests), len(service.waits)) == (4, 3)


def test_the_cause_of_a_lost_connection_is_chained() -> None:
    service = Service(*[httpx.ConnectError("refused") for _ in range(9)])
    with pytest.raises(ProviderError, match="refused") as caught:
        service.encoder().encode(["a"], "query")
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


@pytest.mark.parametrize(("status", "hint"), [(401, "api_key_env"), (404, "base_url"), (400, "status 400")])
def test_a_refusal_is_not_tried_again(status: int, hint: str) -> None:
    service = Service(httpx.Response(status, text="no"))
    with pytest.raises(ProviderError, match=hint):
        service.encoder().encode(["a"], "query")
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda: httpx.Response(200, text="<html>"), "not JSON"),
        (lambda: httpx.Response(200, json={"error": "x"}), "shape of embeddings"),
        (lambda: httpx.Response(200, json={"data": [{"index": 0, "embedding": "%%"}]}), "shape of embeddings"),
        (lambda: embeddings([1.0, 0.0]), "one vector a text"),
        (lambda: embeddings([1.0], [2.0], [3.0]), "one vector a text"),
        (lambda: httpx.Response(200, json={"data": [{"index": 0, "embedding": [1.0]}] * 2}), "one vector a text"),
        (lambda: embeddings([1.0, 0.0], [1.0]), "unequal"),
        (lambda: embeddings([], []), "no length"),
        (lambda: embeddings([1.0], [1.0]), "another dimension"),
        (
            lambda: httpx.Response(200, text='{"data": [{"index": 0, "embedding": [NaN, 1]}, '
            '{"index": 1, "embedding": [0, 1]}]}'),
            "not finite",
        ),
    ],
)  # fmt: skip
def test_an_unusable_answer_is_a_provider_error(answer: Callable[[], Any], message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        Service(answer()).encoder(dimensions=2).encode(["a", "b"], "query")


def test_tokens_are_counted_by_a_tokenizer_that_is_given(tiny: Callable[..., Path]) -> None:
    encoder = Service().encoder(tokenizer=tiny("bert") / "tokenizer.json", dimensions=2)
    assert encoder.count_tokens(["cat " * 900], "document") == [902]
    assert encoder.token_spans("cat dog") == [(0, 3), (4, 7)]


def test_without_a_tokenizer_counting_is_refused() -> None:
    with pytest.raises(CapabilityError, match="tokenizer="):
        Service().encoder().count_tokens(["a"], "query")


def test_a_batch_of_no_texts_is_refused() -> None:
    with pytest.raises(InputError, match="at least 1"):
        HttpEncoder("https://example.test", "m", batch_size=0)


def test_a_missing_client_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    encoder = HttpEncoder("https://example.test", "m")
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(MissingExtra, match=r"findry\[http\]"):
        encoder.encode(["a"], "query")
