"""Addresses as people write them: with a slash too many, with a plus that nobody escaped."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api import answering


@pytest.mark.parametrize("address", ["/v1/search/?q=who", "/v1/vocabulary/", "/v1/entities/who/"])
def test_a_slash_at_the_end_leads_to_the_same_answer(client: TestClient, address: str) -> None:
    plain = client.get(address.replace("/?", "?").rstrip("/"))
    led = client.get(address)
    assert (led.status_code, led.content) == (200, plain.content)
    assert client.get("/v1/nowhere/").status_code == 404


@pytest.mark.parametrize(
    ("time", "status"),
    [
        ("2126-01-01T00:00:00+00:00", 200),
        ("2126-01-01T00:00:00%2B00:00", 200),
        ("2126-01-01T02:00:00+0200", 200),
        ("2126-01-01T00:00:00Z", 200),
        ("2126-01-01+00:00", 200),
        ("2126-01-01T00:00:00+soon", 400),
    ],
)
def test_a_plus_in_a_time_may_be_left_as_it_is(client: TestClient, time: str, status: int) -> None:
    answered = client.get(f"/v1/search?q=who&known_at={time}")
    assert answered.status_code == status, answered.text
    if "+0" in time and "T" in time:
        escaped = client.get(f"/v1/search?q=who&known_at={time.replace('+', '%2B')}")
        assert escaped.json()["known_at"] == answered.json()["known_at"]


def test_the_code_of_the_explorer_counts_for_the_tags_of_its_answers() -> None:
    from importlib import resources

    names = {entry.name for entry in answering._files(resources.files("api"))}
    assert "groups.py" in names
    assert not any(name.endswith((".js", ".css")) for name in names)
