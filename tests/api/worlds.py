"""The small world that the API is tested on, settings for it, and a real server over a graph."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from api.app import create_app
from api.serving import address, bind
from graph.model import Statement
from graph.revisions import Graph
from graph.settings import Settings
from tests.factories import cited_source, entity, link, text

MINUTES = "src-minutes-0a1b2c"
TREATY = "src-treaty-3d4e5f"
COUNTRIES = {"KEN": "Kenya", "FRA": "France", "TUV": "Tuvalu"}


def small() -> list[Statement]:
    """Statements of a small world: organisations, a network, mechanisms, three countries, and two sources that disagree."""
    return [
        *cited_source(MINUTES, "Minutes of the meeting", "https://example.org/minutes"),
        *cited_source(TREATY, "The treaty", "https://example.org/treaty", "inferred_from_mirror"),
        *entity("who", name="World Health Organization", description="The health agency of the United Nations."),
        text("who", "alias", "WHO", sort="acronym", source=MINUTES),
        text("who", "alias", "Organisation mondiale de la Santé", lang="fr", source=MINUTES),
        text("who", "alias", "world_health_org", sort="id", source=MINUTES),
        text("who", "founded_in", "1948-04", source=MINUTES),
        *entity("africa-cdc", name="Africa CDC"),
        *entity("gavi", name="Gavi, the Vaccine Alliance"),
        *entity("hera", name="Health Emergency Preparedness and Response Authority"),
        text("hera", "alias", "HERA", sort="acronym", source=MINUTES),
        text("hera", "not_to_confuse_with", "the HERA network of funders", source=MINUTES),
        *entity("hera-net", "network", name="Humanities in the European Research Area"),
        text("hera-net", "alias", "HERA", sort="acronym", source=MINUTES),
        *entity("net", "network", name="The Network"),
        *entity("appm", "mechanism", name="African Pooled Procurement Mechanism"),
        *entity("avssr", "mechanism", name="ASEAN reserve"),
        *entity("eu-jpa", "mechanism", name="Joint Procurement Agreement"),
        *entity("paho-rrf", "mechanism", name="PAHO Regional Revolving Funds"),
        *entity("rna/dna", "product", name="An odd id"),
        *[one for code, name in COUNTRIES.items() for one in entity(code, "country", name=name)],
        *[text(code, "listed_as", "iso-3166-1", source=TREATY) for code in COUNTRIES],
        text("appm", "list_complete", "enrolled_in", source=TREATY),
        link("who", "partners_with", "africa-cdc", period=("2019", ""), source=MINUTES),
        link("africa-cdc", "partners_with", "who", period=("2020-05", ""), source=TREATY, confidence="medium"),
        link("africa-cdc", "hosts_secretariat_of", "appm", period=("2024-09-01", ""), source=MINUTES, detail="interim"),
        link("gavi", "member_of", "net", period=("2020", "2023"), source=MINUTES),
        link("who", "leads", "net", period=("2019", ""), source=MINUTES),
        link("gavi", "funds", "africa-cdc", period=("2022", ""), source=TREATY, confidence="low"),
        link("hera", "not_member_of", "net", source=MINUTES),
        link("hera", "different_from", "hera-net", source=MINUTES),
        link("KEN", "enrolled_in", "appm", period=("2023-03", ""), source=TREATY, status="member"),
        link("FRA", "enrolled_in", "eu-jpa", period=("2014", ""), source=TREATY, status="signatory"),
        link("who", "supports", "who", source=MINUTES),
    ]  # fmt: skip


def settings(**given: Any) -> Settings:
    """Settings that name a store nobody opens: the tests bring their own."""
    return Settings(store="not-used.sqlite", **given)


@contextmanager
def served(graph: Graph) -> Iterator[str]:
    """The address of a real web server over a graph, in a thread of this process."""
    with bind("127.0.0.1", 0) as bound:
        server = uvicorn.Server(uvicorn.Config(create_app(graph, settings()), log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            yield address(bound).rstrip("/")
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
