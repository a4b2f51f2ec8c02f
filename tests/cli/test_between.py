"""The same body on the command line and over HTTP, and text that a reader can use."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.cli.conftest import Run

DAY = "as_of=2026-11-21"
SAME = [
    (
        ["changes", "--since", "2025-11-21", "--until", "2026-11-21", "--limit", "7"],
        "/v1/differences?since=2025-11-21&until=2026-11-21&limit=7",
    ),
    (
        ["changes", "--since-revision", "9", "--about", "USA", "--until", "2026-11-21"],
        "/v1/differences?since_revision=9&about=USA&until=2026-11-21",
    ),
    (["disagreements", "Argentina"], "/v1/disagreements?about=Argentina"),
    (["overlap", "--lens", "D8", "--as-of", "2026-11-21"], f"/v1/overlap?lens=D8&{DAY}"),
    (
        ["introductions", "PAK", "--column", "vaccines", "-n", "2", "--as-of", "2026-11-21"],
        f"/v1/introductions?row=PAK&column=vaccines&limit=2&{DAY}",
    ),
    (
        ["brokers", "--between", "in:r-amr", "in:r-afr", "--without", "WHO", "-n", "3", "--as-of", "2026-11-21"],
        f"/v1/brokers?between=in:r-amr&between=in:r-afr&without=WHO&limit=3&{DAY}",
    ),
]


@pytest.mark.parametrize(("command", "address"), SAME, ids=[command[0] for command, _ in SAME])
def test_the_body_is_that_of_the_api(run: Run, client: TestClient, command: list[str], address: str) -> None:
    ended = run(*command)
    assert ended.code == 0, ended.err
    assert ended.json == client.get(address).json()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            ["changes", "--since", "2026-01-06", "--until", "2026-01-07", "--about", "valneva"],
            ["validity ended  1", "Serum Institute of India"],
        ),
        (["changes", "--since", "2026-01-06", "--until", "2026-01-06"], ["Nothing differs."]),
        (["changes", "--since-revision", "0", "--limit", "3"], ["source added", "The first 3 of"]),
        (["disagreements", "MVA-BN"], ["1 matter on which", "2024-08", "2024-09", "Sources"]),
        (["disagreements", "Kenya"], ["No disagreement found."]),
        (["overlap", "--as-of", "2026-11-21"], ["Every mechanism", "cells covered by 2", "100% of"]),
        (["introductions", "TUV", "--as-of", "2026-11-21"], ["Tuvalu (TUV)", "Score", "bodies."]),
        (["brokers", "--order", "cut", "--as-of", "2026-11-21"], ["linked pairs", "World Health Organization", "without it"]),
        (["brokers", "--predicate", "chairs"], []),
    ],
)
def test_text(run: Run, command: list[str], said: list[str]) -> None:
    ended = run(*command, "--plain")
    if not said:
        assert ended.code == 1
        assert "chairs" in ended.err
        return
    assert ended.code == 0, ended.err
    for words in said:
        assert words in ended.out


def test_refusals(run: Run) -> None:
    assert "The earlier date comes first" in run("changes", "--since", "2026", "--until", "2025", "--plain").err
    assert run("introductions", "Atlantis").problem["status"] == 404
    assert run("brokers", "--between", "in:r-amr").code == 2
