"""Settings from the environment: read once, checked, and silent about secrets."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from graph.errors import InputError, UnknownWord
from graph.settings import ENGINES, LOG_LEVELS, SCHEMES, VARIABLES, Settings, data_directory

HOME = {"HOME": "/home/ada"}
SECRET = "s3cret-pässword"


# --- what is read ---


def test_nothing_set() -> None:
    settings = Settings.from_env(HOME)
    assert settings.path == data_directory(HOME) / "graph.sqlite"
    assert not settings.on_server
    assert (settings.engine, settings.host, settings.port, settings.log) == ("kernel", "127.0.0.1", 8000, "warning")
    assert (settings.neo4j_user, settings.neo4j_password, settings.neo4j_token, settings.neo4j_database) == (
        "neo4j",
        "",
        "",
        "",
    )


def test_everything_set() -> None:
    given = {
        "MCMGRAPH_STORE": "neo4j+s://graph.example.org:7687",
        "MCMGRAPH_NEO4J_USER": "ada",
        "MCMGRAPH_NEO4J_PASSWORD": SECRET,
        "MCMGRAPH_NEO4J_DATABASE": "mcm",
        "MCMGRAPH_ENGINE": "Server",
        "MCMGRAPH_HOST": "0.0.0.0",
        "MCMGRAPH_PORT": "80",
        "MCMGRAPH_LOG": "DEBUG",
        "PATH": "/bin",
    }
    settings = Settings.from_env(given)
    assert settings == Settings("neo4j+s://graph.example.org:7687", "ada", SECRET, "", "mcm", "server", "0.0.0.0", 80, "debug")
    assert settings.on_server
    assert set(VARIABLES.values()) == {field.name for field in dataclasses.fields(Settings)}
    assert Settings.from_env({"MCMGRAPH_STORE": "bolt://h", "MCMGRAPH_NEO4J_TOKEN": SECRET}).neo4j_token == SECRET


def test_an_empty_variable_is_not_set() -> None:
    """As compose files and shells hand them on."""
    assert Settings.from_env({**HOME, **dict.fromkeys(VARIABLES, "")}) == Settings.from_env(HOME)


def test_the_environment_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MCMGRAPH_PORT", "1234")
    assert Settings.from_env().port == 1234


def test_paths_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert Settings("var/graph.sqlite").path == Path("var/graph.sqlite")
    assert Settings("~/graph.sqlite").path == Path("/home/ada/graph.sqlite")
    assert Settings("/data/My Graph.sqlite").path == Path("/data/My Graph.sqlite")
    with pytest.raises(InputError, match="server, not a file"):
        _ = Settings("neo4j://host").path


def test_where_data_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert data_directory(HOME) == Path("/home/ada/.local/share/mcmgraph")
    assert data_directory({**HOME, "XDG_DATA_HOME": "/data"}) == Path("/data/mcmgraph")
    monkeypatch.setenv("HOME", "/home/bob")
    assert data_directory({}) == Path("/home/bob/.local/share/mcmgraph")
    monkeypatch.setattr("sys.platform", "darwin")
    assert data_directory(HOME) == Path("/home/ada/Library/Application Support/mcmgraph")
    monkeypatch.setattr("sys.platform", "win32")
    assert data_directory({**HOME, "LOCALAPPDATA": "/local"}) == Path("/local/mcmgraph")


# --- what is refused ---


@pytest.mark.parametrize("name", ["MCMGRAPH_STOER", "MCMGRAPH_stORE", "MCMGRAPH_NEO4J_PASWORD", "MCMGRAPH_"])
def test_an_unknown_variable_is_refused_with_the_nearest(name: str) -> None:
    with pytest.raises(UnknownWord, match=name) as raised:
        Settings.from_env({name: SECRET})
    assert SECRET not in str(raised.value)
    if name != "MCMGRAPH_":
        assert raised.value.nearest[0] in ("MCMGRAPH_STORE", "MCMGRAPH_NEO4J_PASSWORD")


def test_variables_of_the_test_suite_are_borne_with() -> None:
    assert Settings.from_env({**HOME, "MCMGRAPH_TEST_NEO4J": "bolt://x", "MCMGRAPH_REQUIRE_NEO4J": "1"}) == Settings.from_env(
        HOME
    )


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MCMGRAPH_ENGINE", "fast", ENGINES),
        ("MCMGRAPH_LOG", "loud", LOG_LEVELS),
        ("MCMGRAPH_PORT", "http", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "65536", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "-1", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "80.0", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "8 0", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "٨٠", ["1 to 65535"]),
        ("MCMGRAPH_PORT", "9" * 5000, ["1 to 65535"]),
        ("MCMGRAPH_STORE", "postgres://host/db", [f"{scheme}://" for scheme in SCHEMES]),
        ("MCMGRAPH_STORE", "http://localhost:7474", ["bolt://"]),
        ("MCMGRAPH_STORE", "NEO4J://host", ["neo4j://"]),
        ("MCMGRAPH_STORE", "neo4j://", ["neo4j://host"]),
        ("MCMGRAPH_STORE", "neo4j://:7687", ["neo4j://host"]),
        ("MCMGRAPH_STORE", "bolt://host:port", ["bolt://host:7687"]),
        ("MCMGRAPH_STORE", "bolt://[::1", ["bolt://host"]),
        ("MCMGRAPH_STORE", "  ", ["path of a file"]),
    ],
)
def test_a_value_that_may_not_be_is_refused(name: str, value: str, allowed: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        Settings.from_env({**HOME, name: value})
    assert name in str(raised.value)
    assert all(one in str(raised.value) for one in allowed)


def test_settings_that_contradict_each_other() -> None:
    with pytest.raises(InputError, match=r"MCMGRAPH_ENGINE=server needs a Neo4j server in MCMGRAPH_STORE"):
        Settings.from_env({**HOME, "MCMGRAPH_ENGINE": "server"})
    both = {"MCMGRAPH_STORE": "bolt://h", "MCMGRAPH_NEO4J_PASSWORD": SECRET, "MCMGRAPH_NEO4J_TOKEN": SECRET}
    with pytest.raises(InputError, match="both set") as raised:
        Settings.from_env(both)
    assert SECRET not in str(raised.value)


def test_settings_that_are_changed_are_checked_again() -> None:
    """The command line lays its options over the environment."""
    settings = dataclasses.replace(Settings.from_env(HOME), store="neo4j://host", engine="server")
    assert settings.on_server
    with pytest.raises(InputError, match="MCMGRAPH_PORT"):
        dataclasses.replace(settings, port=70_000)


# --- secrets ---


def test_secrets_are_not_shown() -> None:
    settings = Settings("neo4j://host", "ada", neo4j_password=SECRET)
    token = Settings("neo4j://host", "ada", neo4j_token=SECRET)
    for shown in (repr(settings), str(settings), f"{settings}", repr(token), repr([settings, token])):
        assert SECRET not in shown
        assert "ada" in shown


@pytest.mark.parametrize(
    "store",
    [f"neo4j://ada:{SECRET}@host", f"bolt+s://{SECRET}@host:7687", f"http://ada:{SECRET}@host", f"neo4j://ada:{SECRET}@[::1"],
)
def test_an_address_with_a_password_is_refused_without_repeating_it(store: str) -> None:
    with pytest.raises(InputError, match="MCMGRAPH_STORE") as raised:
        Settings.from_env({"MCMGRAPH_STORE": store})
    shown = f"{raised.value} {raised.value!r} {raised.value.__cause__} {raised.value.__suppress_context__}"
    assert SECRET not in shown
    assert "ada" not in shown
