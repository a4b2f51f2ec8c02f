"""The command ``mcmgraph``: its first act, its commands, and how it ends.

Nothing but the standard library is imported here before the first act, so that a package shadowed by another of the same
name fails with a sentence. Exit codes: 0 all well, 1 something was refused or failed, 2 the command line itself is wrong,
130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

PACKAGES: Final = ("graph", "loaders", "queries", "api")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's) and return its exit code."""
    if shadowed := misplaced(sys.path):
        print(shadowed, file=sys.stderr)
        return 1
    # numpy's linear algebra starts a thread a core when imported, which costs a command a tenth of its time and is never used.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from api.commands import run

        return run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        return 130


def misplaced(path: Sequence[str]) -> str:
    """A sentence about the first of the four packages that does not lie beside this one; ``""`` where all do."""
    house = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        loaded = sys.modules.get(name)
        spec = loaded.__spec__ if loaded is not None else PathFinder.find_spec(name, list(path))
        places = [Path(place).resolve() for place in (spec.submodule_search_locations or ())] if spec else []
        if house / name not in places:
            found = places[0] if places else (spec.origin if spec else None)
            where = f"was found at {found}" if found else "was not found"
            return (
                f"mcmgraph cannot start: its package {name!r} {where}, not at {house / name}. Another folder or module of that "
                "name comes first on Python's path: start mcmgraph from its own environment, or empty PYTHONPATH."
            )
    return ""


if __name__ == "__main__":
    sys.exit(main())
