"""Bodies of what is known: entities, their statements, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.shapes.statements import Body, moment, statement

if TYPE_CHECKING:
    from queries.entities import EntitiesAnswer, EntityAnswer, StatementsAnswer
    from queries.sources import Source, SourceAnswer, SourcesAnswer


def entities(answer: EntitiesAnswer) -> Body:
    return {
        "revision": answer.revision,
        "known_at": moment(answer.known_at),
        "total": answer.total,
        "results": [
            {"id": one.id, "name": one.name, "kind": one.kind, "subtype": one.subtype or None} for one in answer.results
        ],
        "next": None,
    }


def entity(answer: EntityAnswer) -> Body:
    return {
        "revision": answer.revision,
        "known_at": moment(answer.known_at),
        "id": answer.id,
        "name": answer.name,
        "kind": answer.kind,
        "subtype": answer.subtype or None,
        "description": answer.description or None,
        "aliases": [
            {
                "name": one.name,
                "lang": one.lang or None,
                "sort": one.sort or None,
                "valid_from": one.valid_from or None,
                "valid_to": one.valid_to or None,
                "source": one.source,
            }
            for one in answer.aliases
        ],
        "keep_apart": list(answer.keep_apart),
        "links": [{"predicate": one.predicate, "role": one.role, "count": one.count} for one in answer.links],
        "statements": answer.statements,
        "texts": [statement(one) for one in answer.texts],
    }


def statements(answer: StatementsAnswer) -> Body:
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "id": answer.id,
        "name": answer.name,
        "kind": answer.kind,
        "results": [statement(one) for one in answer.results],
        "next": None,
    }


def sources(answer: SourcesAnswer) -> Body:
    return {
        "revision": answer.revision,
        "known_at": moment(answer.known_at),
        "total": answer.total,
        "results": [_source(one) for one in answer.results],
        "next": None,
    }


def _source(source: Source) -> Body:
    return {
        "id": source.id,
        "name": source.name,
        "kind": "source",
        "url": source.url or None,
        "url_status": source.url_status or None,
        "statements": source.statements,
    }


def one_source(answer: SourceAnswer) -> Body:
    return {
        "revision": answer.revision,
        "known_at": moment(answer.known_at),
        **_source(answer.source),
        "results": [statement(one) for one in answer.results],
        "next": None,
    }
