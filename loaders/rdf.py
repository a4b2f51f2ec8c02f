"""RDF: Turtle, TriG, JSON-LD, RDF/XML, N-Triples, N-Quads; ORG, schema.org, FOAF, SKOS, DCAT and PROV-O, and our own export.

Every triple is counted and ends loaded, unchanged, rejected or ignored. What is said in words that we do not read is ignored
with the term as the reason. Statements cite the file, with the address of their subject as the place; a statement that is said
in full (an ``rdf:Statement``, as the export writes it) cites what it cites. See docs/rdf.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from graph.errors import RefusedFile
from graph.rdf_terms import PARTS, QUALIFIERS, WORDS, Terms, terms
from graph.store import Store
from loaders.feed import Book, Known, Progress, edition_of, load_files, source_name
from loaders.ledger import Report, shown
from loaders.rdf_contexts import UNDEFINED
from loaders.rdf_entities import RDF, TYPE, Entities
from loaders.rdf_nodes import PROV, Given, Nodes
from loaders.rdf_plain import Plain, unread_class
from loaders.rdf_reading import RELATIVE, triples_of
from loaders.rdf_spool import BLANK, Spool
from loaders.sayings import BadValue, Catalogued, Part, text_of
from loaders.waiting import Waiting

if TYPE_CHECKING:
    import pyoxigraph as ox

MOST_RATIO: Final = 30
"""How many times longer than the file its triples may be: short names stand for long addresses."""
_FREE: Final = 50_000_000
_TICK: Final = 20_000
_MOST_REASONS: Final = 200
_OTHERS: Final = "a term that is not one that we read (the first 200 are named)"


def load(store: Store, files: Sequence[Path], at: datetime, progress: Progress | None = None, dry_run: bool = False) -> Report:
    """Load files of RDF; see ``loaders.feed.load_files``. A row of the ledger is a triple."""
    return load_files(store, files, at, Rdf(store, progress), progress, dry_run)


class Rdf:
    """Reads RDF."""

    feed = "rdf"

    def __init__(self, store: Store, progress: Progress | None = None) -> None:
        self._store, self._progress, self._terms = store, progress, terms()

    def parts(self, path: Path, book: Book, known: Known) -> Iterator[Part]:
        """See ``loaders.feed.Reader``."""
        cited = Catalogued(f"RDF file {source_name('', path).strip('/')}", "", edition_of(path))
        with TemporaryDirectory(prefix="mcmgraph-rdf-") as folder:
            spool = Spool(Path(folder))
            try:
                self._laid_aside(path, book, spool)
                entities = Entities(spool, known, self._store, self._terms, book)
                given = Given(spool, entities, known, cited, book, self._terms)
                own, is_cited = cited.cite("file").source, False
                for rows, statements in chain(Nodes(given).parts(), Plain(given, Waiting(self._store)).parts()):
                    is_cited = is_cited or any(one.citation.source == own for one in statements)
                    yield rows, statements
                if is_cited:  # a file that only says in full what others said is a source of nothing
                    yield cited.entry()
                _leftover(spool, book)
            except sqlite3.Error as error:
                raise RefusedFile(f"its triples cannot be laid aside ({error}); is there room for temporary files?") from None
            finally:
                spool.close()

    def _laid_aside(self, path: Path, book: Book, spool: Spool) -> None:
        """All triples that may say something to us; the others are counted by their term."""
        unread: set[str] = set()
        most = _FREE + MOST_RATIO * path.stat().st_size
        for number, quad in triples_of(path):
            term = self._terms.full(quad.predicate.value)
            if type(quad.object).__name__ == "Triple":
                book.ignore("it holds a triple in a triple, which is not read")
            elif (wrong := _wrong_address(quad)) is not None:
                book.reject(number, wrong)
            elif is_read(term) or type(quad.subject).__name__ == "BlankNode":
                spool.add(number, quad, term)
                if spool.characters > most:
                    raise RefusedFile(f"its triples are more than {MOST_RATIO} times as long as the file: prefixes that grow.")
            else:
                reason = unread_term(term, self._terms)
                if reason not in unread and len(unread) >= _MOST_REASONS:
                    reason = _OTHERS
                unread.add(reason)
                book.ignore(reason)
            if self._progress and number % _TICK == 0:
                self._progress(book.file, number, None)
        spool.close_writing()


def is_read(term: str) -> bool:
    """Whether a term may say something to us."""
    return term in terms().predicates or term in _grammar() or term.startswith(QUALIFIERS)


@cache
def _grammar() -> frozenset[str]:
    """The terms that a statement in full, a membership, an address or an interval is made of."""
    mapping = terms()
    nodes = [address for node in mapping.nodes for address in (node.subject, node.object, node.role, node.during)]
    inside = [address for listed in mapping.parts.values() for address in listed]
    own = [WORDS + part for part in PARTS]
    said = [RDF + part for part in ("subject", "predicate", "object")]
    prov = [PROV + part for part in ("hadPrimarySource", "generatedAtTime", "invalidatedAtTime")]
    return frozenset((TYPE, *nodes, *inside, *own, *said, *prov))


def _wrong_address(quad: ox.Quad) -> BadValue | None:
    """Why a triple cannot stay for one of its addresses, None where it can."""
    for column, node in (
        ("subject", quad.subject),
        ("predicate", quad.predicate),
        ("object", quad.object),
        ("graph", quad.graph_name),
    ):
        address = getattr(node, "value", "") if type(node).__name__ == "NamedNode" else ""
        if address.startswith(RELATIVE):
            return BadValue(column, address.removeprefix(RELATIVE), "a relative address, and the file states no base")
        if not address.isascii():
            try:
                text_of(address, column, len(address))
            except BadValue as error:
                return error
    return None


def unread_term(term: str, mapping: Terms) -> str:
    """The reason why a term is ignored."""
    if term.startswith(UNDEFINED):
        return f"the key {shown(term[len(UNDEFINED) :])} has no meaning in its @context"
    return f"the term {shown(mapping.short(term))} is not one that we read"


def _leftover(spool: Spool, book: Book) -> None:
    """What nobody has taken: it hangs on nothing that is loaded."""
    for subject in spool.undone():
        if spool.take(subject):
            reason = (
                "it belongs to a blank node that no entity or statement here uses"
                if subject.startswith(BLANK)
                else "its subject is of no kind that we know, in the file or in the graph"
            )
            for row in spool.rows(subject):
                book.ignore(unread_class(row.end, terms()) if row.term == TYPE and row.end not in terms().kinds else reason)
