"""Whether a path is a file that can be read to its end: no folder, pipe or device, no link that leads nowhere."""

from __future__ import annotations

from pathlib import Path


def what_is_wrong(path: Path) -> str:
    """Why a path is no regular file, as a sentence about "it" without its stop; ``""`` where it is one.

    A pipe or a device is never opened: it may have no end, or wait for ever.

    >>> what_is_wrong(Path("/no/such/file")), what_is_wrong(Path("/"))
    ('there is no such file', 'it is a folder')
    """
    if path.is_file():
        return ""
    if path.is_dir():
        return "it is a folder"
    if path.is_symlink():
        return "it is a link that leads to no file"
    return "it is a pipe or a device, not a file" if path.exists() else "there is no such file"
