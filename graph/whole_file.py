"""Files that are written in whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graph.errors import InputError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write, so that ``path`` is there in whole or as it was.

    Raises ``InputError`` where nothing can be written there, ``OSError`` where writing fails later.

    That is a temporary file beside ``path``, which takes the place of ``path`` when the block ends well and is removed when it
    does not. A path that is there but is no ordinary file (a pipe, ``/dev/stdout``) is written to directly.
    """
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        yield path
        return
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    if not target.parent.is_dir():
        if target.parent.exists():
            raise InputError(f"{target.parent} is no folder. Write elsewhere.")
        raise InputError(f"There is no folder {target.parent}. Make it, or write elsewhere.")
    try:
        temporary.open("x").close()
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}. Write elsewhere.") from None
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
