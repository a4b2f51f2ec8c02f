"""The documentation page: everything it loads comes from this server; without the browser library it says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.routes import pages


def test_the_page_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"(src|href)=\"(https?:)?//", page.text)
    assert "<script>" not in page.text


@pytest.mark.skipif(not (pages.files() / "swagger-ui-bundle.js").is_file(), reason="the browser libraries are not built")
def test_the_files_of_the_page_are_served_from_here(client: TestClient) -> None:
    page = client.get("/docs").text
    loaded = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert {"docs/files/swagger-ui.css", "docs/files/swagger-ui-bundle.js", "docs/start.js", "openapi.json"} <= set(loaded)
    for address in loaded:
        answered = client.get(f"/{address}")
        assert answered.status_code == 200, address
        assert answered.headers["x-content-type-options"] == "nosniff"
    assert 'url: "openapi.json"' in client.get("/docs/start.js").text


def test_without_the_browser_library_the_page_leads_to_the_description(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "files", lambda: tmp_path)
    page = client.get("/docs")
    assert page.status_code == 200
    assert '<a href="openapi.json">' in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    "address", ["/docs/files/../../app.py", "/docs/files/%2e%2e/%2e%2e/app.py", "/docs/files/nothing.js", "/redoc"]
)
def test_no_other_file_is_served(client: TestClient, address: str) -> None:
    answered = client.get(address)
    assert answered.status_code == 404
    assert answered.headers["content-type"] == "application/problem+json"
