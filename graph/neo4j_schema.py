"""The shape of the graph in Neo4j: labels, constraints, indexes, its version; and how the server's faults are said.

::

    (:Entity:Organisation {id, name, kind, ...})     a view for people; the label follows the kind
    (:Entity)-[:MEMBER_OF {id, source, ...}]->(:Entity)     a link as one loaded source says it
    (:Statement {id, subject, predicate, value, ...})       a literal as one loaded source says it
    (:Change {revision, source, at, ...})            one a revision; making it is what makes a load visible
    (:Load)                                          there while a load is under way, or was cut off
    (:Mcmgraph {schema, identity})                   one; whoever writes holds its lock

``docs/decisions/0004-neo4j-shape.md`` says why. A link or literal is known at revision R when ``opened <= R`` and ``closed`` is
not there or greater than R.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import McmgraphError, SchemaTooNew, StoreError, StoreRefused, StoreUnavailable
from graph.vocabulary import vocabulary

SCHEMA: Final = 1
"""The version that this mcmgraph reads and writes."""
OTHER: Final = "LINKED_TO"
"""The relationship type of a link whose predicate is not of the vocabulary; the predicate is a property of it."""
_INDEX_SECONDS: Final = 600
"""How long to wait for new indexes of a large graph."""

_CONSTRAINTS: Final = {
    "mcmgraph_entity_id": "FOR (e:Entity) REQUIRE e.id IS UNIQUE",
    "mcmgraph_change_revision": "FOR (c:Change) REQUIRE c.revision IS UNIQUE",
    "mcmgraph_load": "FOR (l:Load) REQUIRE l.name IS UNIQUE",
    "mcmgraph_name": "FOR (m:Mcmgraph) REQUIRE m.name IS UNIQUE",
}
_INDEXES: Final = {
    "mcmgraph_statement_id": "FOR (s:Statement) ON (s.id)",
    "mcmgraph_statement_subject": "FOR (s:Statement) ON (s.subject)",
    "mcmgraph_statement_predicate": "FOR (s:Statement) ON (s.predicate, s.id)",
    "mcmgraph_statement_opened": "FOR (s:Statement) ON (s.opened)",
    "mcmgraph_statement_closed": "FOR (s:Statement) ON (s.closed)",
    "mcmgraph_change_at": "FOR (c:Change) ON (c.at)",
    "mcmgraph_change_source": "FOR (c:Change) ON (c.source)",
}

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = ((),)
"""Step n holds the Cypher that takes the data from version n to n + 1; version 0 is an empty database. Steps are only ever
appended. Constraints and indexes are not steps: those that are missing are made whenever a store is opened for writing."""


@cache
def link_types() -> Mapping[str, str]:
    """The relationship type of each link predicate: relationship types come from the vocabulary and from nowhere else."""
    return {word.name: word.name.upper() for word in vocabulary().predicates.values() if word.is_link}


def kind_labels() -> dict[str, str]:
    """The label of each kind: ``product_class`` is ``ProductClass``."""
    return {kind: "".join(part.capitalize() for part in kind.split("_")) for kind in vocabulary().kinds}


def wanted() -> dict[str, str]:
    """Every constraint and index by name, with the command that makes it."""
    commands = {name: f"CREATE CONSTRAINT {name} IF NOT EXISTS {what}" for name, what in _CONSTRAINTS.items()}
    commands |= {name: f"CREATE INDEX {name} IF NOT EXISTS {what}" for name, what in _INDEXES.items()}
    for type_ in (*link_types().values(), OTHER):
        for key in ("id", "opened", "closed"):
            name = f"mcmgraph_{type_.lower()}_{key}"
            commands[name] = f"CREATE INDEX {name} IF NOT EXISTS FOR ()-[x:{type_}]-() ON (x.{key})"
    return commands


_VERSION: Final = "MATCH (m:Mcmgraph {name: 'mcmgraph'}) RETURN m.schema, m.identity"
_IS_EMPTY: Final = "RETURN NOT EXISTS { MATCH () }"
_LOCK: Final = "MERGE (m:Mcmgraph {name: 'mcmgraph'}) ON CREATE SET m.schema = 0 SET m.writer = $writer RETURN m.schema"
_SET_VERSION: Final = (
    "MATCH (m:Mcmgraph {name: 'mcmgraph'}) SET m.schema = $schema, m.identity = coalesce(m.identity, $identity) REMOVE m.writer"
)


def prepare(session: neo4j.Session, address: str) -> str:
    """Make the schema, or complete it, or bring it to this version; returns the identity of the store.

    Idempotent, also when it was cut off or runs twice at once. Nothing is changed in a database that is refused. Raises
    ``SchemaTooNew``, ``StoreRefused`` for a database that holds other data; errors of the driver pass through.
    """
    found = _version(session)
    if found is not None and found[0] > SCHEMA:
        raise SchemaTooNew(
            f"The graph at {address} was written by a newer mcmgraph (schema {found[0]}, this one knows {SCHEMA}). "
            "Upgrade mcmgraph; nothing was changed."
        )
    if found is None and not session.execute_read(_one, _IS_EMPTY):
        raise StoreRefused(
            f"The database at {address} holds data that are not mcmgraph's. Nothing was changed. "
            "Give mcmgraph a database of its own (MCMGRAPH_NEO4J_DATABASE)."
        )
    if found is None or found[0] < SCHEMA:
        _complete(session)
        session.execute_write(_migrate)
        found = _version(session)
    else:
        try:
            _complete(session)
        except driver_errors.ClientError as error:
            # Whoever may only read does without the index of a predicate that nothing has been loaded for yet.
            if not isinstance(fault_of(error, address), StoreRefused):
                raise
    assert found is not None
    return found[1]


def _version(session: neo4j.Session) -> tuple[int, str] | None:
    row = session.execute_read(lambda tx: tx.run(_VERSION).single())
    return None if row is None else (int(row[0] or 0), str(row[1] or ""))


def _one(tx: neo4j.ManagedTransaction, query: str) -> object:
    row = tx.run(query).single()
    return None if row is None else row[0]


def _complete(session: neo4j.Session) -> None:
    """Make the constraints and indexes that are not there."""
    names = set(session.execute_read(lambda tx: tx.run("SHOW INDEXES YIELD name").value()))
    missing = [command for name, command in wanted().items() if name not in names]
    if not missing:
        return

    def make(tx: neo4j.ManagedTransaction) -> None:
        for command in missing:
            tx.run(command).consume()  # made of the vocabulary's own words

    session.execute_write(make)
    session.execute_read(lambda tx: tx.run("CALL db.awaitIndexes($seconds)", seconds=_INDEX_SECONDS).consume())


def _migrate(tx: neo4j.ManagedTransaction) -> None:
    """Run the steps that are due, under the writers' lock."""
    row = tx.run(_LOCK, writer="migration").single(strict=True)
    for step in MIGRATIONS[row[0] :]:
        for query in step:
            tx.run(query).consume()
    tx.run(_SET_VERSION, schema=max(SCHEMA, row[0]), identity=secrets.token_hex(16)).consume()


# --- faults ------------------------------------------------------------------------------------------------------------------

_CREDENTIALS: Final = "Set MCMGRAPH_NEO4J_USER and MCMGRAPH_NEO4J_PASSWORD, or MCMGRAPH_NEO4J_TOKEN."
_BY_CODE: Final[Mapping[str, Callable[[str], McmgraphError]]] = {
    "Neo.ClientError.Security.AuthenticationRateLimit": lambda address: StoreRefused(
        f"The Neo4j server at {address} takes no more wrong passwords for now. Wait a few seconds. {_CREDENTIALS}"
    ),
    "Neo.ClientError.Security.CredentialsExpired": lambda address: StoreRefused(
        f"The password for the Neo4j server at {address} must be changed first: ALTER CURRENT USER SET PASSWORD."
    ),
    "Neo.ClientError.Database.DatabaseNotFound": lambda address: StoreRefused(
        f"The Neo4j server at {address} has no database of that name. Set MCMGRAPH_NEO4J_DATABASE, or leave it empty."
    ),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": lambda address: StoreRefused(
        f"The database at {address} is read-only. Nothing was changed."
    ),
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": lambda address: StoreRefused(
        f"The database at {address} is read-only. Nothing was changed."
    ),
    "Neo.ClientError.Security.Forbidden": lambda address: StoreRefused(
        f"This user may not do that on the Neo4j server at {address}. Nothing was changed."
    ),
}


@contextmanager
def faults(address: str) -> Iterator[None]:
    """Say the driver's errors in the words of ``graph.errors``; the driver's own error stays attached as the cause."""
    try:
        yield
    except (driver_errors.DriverError, driver_errors.Neo4jError) as error:
        raise fault_of(error, address) from error


def fault_of(error: Exception, address: str) -> McmgraphError:
    """The error of ours for one of the driver's. ``address`` holds no user part; nothing here holds a secret."""
    code = str(getattr(error, "code", "") or "")
    if code in _BY_CODE:
        return _BY_CODE[code](address)
    if isinstance(error, driver_errors.AuthError | driver_errors.TokenExpired | driver_errors.AuthConfigurationError):
        return StoreRefused(f"The Neo4j server at {address} refused the credentials. {_CREDENTIALS}")
    if isinstance(error, driver_errors.ConfigurationError):
        return StoreRefused(f"The address {address} cannot be used: {error}")
    if code.startswith("Neo.ClientError.Security."):
        return StoreRefused(f"The Neo4j server at {address} refused: {_first_line(error)}")
    retryable = isinstance(error, driver_errors.DriverError | driver_errors.Neo4jError) and error.is_retryable()
    if retryable or isinstance(error, _PASSING):
        return StoreUnavailable(f"The Neo4j server at {address} cannot be reached now. Try again in a moment. ({_what(error)})")
    return StoreError(f"The Neo4j server at {address} could not do it: {_first_line(error)}")


_PASSING: Final = (
    driver_errors.ServiceUnavailable,
    driver_errors.SessionExpired,
    driver_errors.TransientError,
    driver_errors.ConnectionPoolError,
    driver_errors.ResultFailedError,
)


def _what(error: Exception) -> str:
    return str(getattr(error, "code", "") or "") or type(error).__name__


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "message", "") or "") or str(error)).splitlines()[0] or type(error).__name__
