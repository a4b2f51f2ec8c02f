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

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, TypeVar

import neo4j
from neo4j import exceptions as driver_errors

from graph.errors import McmgraphError, SchemaTooNew, StoreError, StoreRefused, StoreUnavailable
from graph.vocabulary import vocabulary

_Result = TypeVar("_Result")

SCHEMA: Final = 1
"""The version that this mcmgraph reads and writes."""
_OLDEST: Final = (5, 26)
"""The oldest server whose Cypher takes a relationship type as a parameter."""
OTHER: Final = "LINKED_TO"
"""The relationship type of a link whose predicate is not of the vocabulary; the predicate is a property of it."""
TEXTS: Final = "texts_of_mcmgraph"
"""The full-text index of all texts: what a search on the server asks."""
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
appended. Constraints and indexes are not steps: those of ``wanted`` that are missing are made whenever a store is opened for
writing, and those of links by loads."""


@cache
def link_types() -> Mapping[str, str]:
    """The relationship type of each link predicate: relationship types come from the vocabulary and from nowhere else."""
    return {word.name: word.name.upper() for word in vocabulary().predicates.values() if word.is_link}


def kind_labels() -> dict[str, str]:
    """The label of each kind: ``product_class`` is ``ProductClass``."""
    return {kind: "".join(part.capitalize() for part in kind.split("_")) for kind in vocabulary().kinds}


def wanted() -> dict[str, str]:
    """Every constraint and index by name, with the command that makes it; but for those of links."""
    commands = {name: f"CREATE CONSTRAINT {name} IF NOT EXISTS {what}" for name, what in _CONSTRAINTS.items()}
    commands |= {name: f"CREATE INDEX {name} IF NOT EXISTS {what}" for name, what in _INDEXES.items()}
    commands[TEXTS] = (
        f"CREATE FULLTEXT INDEX {TEXTS} IF NOT EXISTS FOR (s:Statement) ON EACH [s.value] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}"
    )
    return commands


def wanted_of(types: Iterable[str]) -> dict[str, str]:
    """The indexes of links of these relationship types.

    The first load makes them when its links are there, and before it shows them: built over many links at once they cost a
    fraction of what they cost link by link. A later load makes those of a type that is new before it sends any link. So
    whatever is known can be found by an index.
    """
    commands = {}
    for type_ in types:
        for key in ("id", "opened", "closed"):
            name = f"mcmgraph_{type_.lower()}_{key}"
            commands[name] = f"CREATE INDEX {name} IF NOT EXISTS FOR ()-[x:{type_}]-() ON (x.{key})"
    return commands


_STATE: Final = "MATCH (m:Mcmgraph {name: 'mcmgraph'}) RETURN m.schema, m.identity, m.indexed"
_ANYTHING: Final = "MATCH (n) RETURN 1 LIMIT 1"
_LOCK: Final = (
    "MERGE (m:Mcmgraph {name: 'mcmgraph'}) ON CREATE SET m.schema = 0 SET m.writer = $writer RETURN m.schema, m.identity"
)
_SET_STATE: Final = (
    "MATCH (m:Mcmgraph {name: 'mcmgraph'}) "
    "SET m.schema = $schema, m.identity = coalesce(m.identity, $identity), m.indexed = $indexed REMOVE m.writer"
)


def prepare(session: neo4j.Session, address: str) -> str:
    """Make the schema, or complete it, or bring it to this version; returns the identity of the store.

    Idempotent, also when it was cut off or runs twice at once. Nothing is changed in a database that is refused. Raises
    ``SchemaTooNew``, and ``StoreRefused`` for an older server or a database that holds other data; errors of the driver pass
    through.
    """
    row, agent = _state(session)
    _check_server(agent, address)
    version, identity, indexed = row if row is not None else (0, "", "")
    if version > SCHEMA:
        raise SchemaTooNew(
            f"The graph at {address} was written by a newer mcmgraph (schema {version}, this one knows {SCHEMA}). "
            "Upgrade mcmgraph; nothing was changed."
        )
    if row is None and session.execute_read(lambda tx: tx.run(_ANYTHING).single()) is not None:
        raise StoreRefused(
            f"The database at {address} holds data that are not mcmgraph's. Nothing was changed. "
            "Give mcmgraph a database of its own (MCMGRAPH_NEO4J_DATABASE)."
        )
    if version == SCHEMA and indexed == _fingerprint():
        return str(identity)
    try:
        complete(session, wanted())
        return str(surely(lambda: session.execute_write(_migrate)))
    except driver_errors.ClientError as error:
        # Whoever may only read does without the index of a predicate that nothing has been loaded for yet.
        if version == SCHEMA and isinstance(fault_of(error, address), StoreRefused):
            return str(identity)
        raise


def _state(session: neo4j.Session) -> tuple[list[Any] | None, str]:
    """What the database says of itself; asked once, without retries: whoever opens a store wants to know at once."""
    result = session.run(_STATE)
    row = result.single()
    return None if row is None else row.values(), result.consume().server.agent


def _check_server(agent: str, address: str) -> None:
    found = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise StoreRefused(f"The server at {address} is {agent or 'not Neo4j'}. mcmgraph needs Neo4j {oldest} or later.")


def _fingerprint() -> str:
    """Changes when other constraints or indexes are wanted."""
    return hashlib.blake2b("\n".join(wanted().values()).encode(), digest_size=8).hexdigest()


def complete(session: neo4j.Session, commands: Mapping[str, str]) -> None:
    """Make those of these constraints and indexes that are not there, and wait until they can be used."""
    names = set(surely(lambda: session.execute_read(lambda tx: tx.run("SHOW INDEXES YIELD name").value())))
    missing = [command for name, command in commands.items() if name not in names]

    def make(tx: neo4j.ManagedTransaction) -> None:
        for command in missing:
            tx.run(command).consume()

    def wait(tx: neo4j.ManagedTransaction) -> None:
        tx.run("CALL db.awaitIndexes($seconds)", seconds=_INDEX_SECONDS).consume()

    if missing:
        surely(lambda: session.execute_write(make))
        surely(lambda: session.execute_read(wait))


def _migrate(tx: neo4j.ManagedTransaction) -> str:
    """Run the steps that are due, under the writers' lock; returns the identity."""
    version, identity = tx.run(_LOCK, writer="migration").single(strict=True).values()
    for step in MIGRATIONS[version:]:
        for query in step:
            tx.run(query).consume()
    identity = identity or secrets.token_hex(16)
    tx.run(_SET_STATE, schema=max(SCHEMA, version), identity=identity, indexed=_fingerprint()).consume()
    return str(identity)


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
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": lambda address: StoreError(
        f"The Neo4j server at {address} took too long for this question and was stopped. "
        "Ask for fewer steps, name predicates or kinds, or ask with --engine kernel."
    ),
}


@contextmanager
def faults(address: str) -> Iterator[None]:
    """Say the driver's errors in the words of ``graph.errors``; the driver's own error stays attached as the cause."""
    try:
        yield
    except (driver_errors.DriverError, driver_errors.Neo4jError) as error:
        raise fault_of(error, address) from error


def surely(run: Callable[[], _Result]) -> _Result:
    """Run a transaction that may be run twice; the driver itself does not repeat one when the answer to its end was lost."""
    try:
        return run()
    except driver_errors.IncompleteCommit:
        return run()


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
