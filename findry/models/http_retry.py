"""POST with a bounded number of retries, for services that are busy for a moment."""

from __future__ import annotations

__all__ = ["RetryPolicy", "post_json"]

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from findry.errors import MissingExtra, ProviderError

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


@dataclass(frozen=True)
class RetryPolicy:
    """At most `retries` further tries, `first_wait_s` doubled each time up to `longest_wait_s`.

    A Retry-After of the service stands in for the doubled wait; one beyond `longest_wait_s` ends it.
    """

    retries: int = 5
    first_wait_s: float = 0.5
    longest_wait_s: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)


def post_json(client: Any, url: str, body: Mapping[str, Any], *, policy: RetryPolicy) -> Any:
    """The decoded JSON answer; ProviderError once the service refuses or the tries are used up."""
    try:
        import httpx
    except ImportError as error:
        raise MissingExtra("http", purpose="a remote model") from error
    problem, cause = "", None
    for attempt in range(policy.retries + 1):
        asked_s: float | None = None
        try:
            answer = client.post(url, json=body)
        except httpx.TransportError as error:
            problem, cause = f"{type(error).__name__}: {error}", error
        else:
            if answer.is_success:
                return _decoded(answer, url)
            problem, cause = f"status {answer.status_code}: {answer.text[:300]}", None
            if answer.status_code not in _BUSY:
                raise ProviderError("the service refused the request", received=problem, where=url, hint=_hint(answer))
            asked_s = _retry_after(answer.headers.get("retry-after"))
        wait_s = min(policy.first_wait_s * 2**attempt, policy.longest_wait_s) if asked_s is None else asked_s
        if wait_s > policy.longest_wait_s:
            problem += f"; it asks to wait {wait_s:.0f} s"
            break
        if attempt < policy.retries:
            policy.sleep(wait_s)
    raise ProviderError(
        "the service did not answer", received=problem, where=url, hint="try again later, or raise retries="
    ) from cause


def _decoded(answer: Any, url: str) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise ProviderError("the answer is not JSON", received=answer.text[:300], where=url) from error


def _retry_after(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _hint(answer: Any) -> str | None:
    if answer.status_code in {401, 403}:
        return "name the environment variable that holds the key: api_key_env='...'"
    return "check base_url and model" if answer.status_code in {404, 405} else None
