"""Settings: the environment, then the file, then the defaults; a wrong one says where it stands and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.settings import load_settings
from runtime.settings_faults import SettingsError


def faults_of(folder: Path, content: str | None = None) -> list[str]:
    if content is not None:
        (folder / "jiandu.toml").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert all(fault in str(caught.value) for fault in caught.value.faults)
    return caught.value.faults


def test_without_settings_everything_is_embedded_and_local(bare_environment: Path) -> None:
    settings = load_settings()
    assert settings.embedded_postgres
    assert settings.embedded_temporal
    assert settings.web_host == "127.0.0.1"
    assert settings.zone.key == "Asia/Shanghai"
    assert settings.data_dir == bare_environment
    assert settings.codec_key.is_relative_to(bare_environment)


def test_the_environment_goes_before_the_file(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare_environment / "jiandu.toml").write_text('town = "qingshan"\nweb_port = 9001\n', encoding="utf-8")
    monkeypatch.setenv("JIANDU_WEB_PORT", "9002")
    settings = load_settings()
    assert (settings.town, settings.web_port) == ("qingshan", 9002)


def test_an_empty_variable_is_none_at_all(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose passes variables that are not set as empty ones."""
    monkeypatch.setenv("JIANDU_TEMPORAL_ADDRESS", "")
    assert load_settings().embedded_temporal


def test_the_file_can_be_named(bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = bare_environment / "elsewhere.toml"
    named.write_text('town = "qingshan"\n', encoding="utf-8")
    monkeypatch.setenv("JIANDU_CONFIG", str(named))
    assert load_settings().town == "qingshan"
    named.unlink()
    assert "JIANDU_CONFIG" in faults_of(bare_environment)[0]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_address_is_one_for_our_driver(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("JIANDU_DATABASE_URL", f"{scheme}://u:hush@db:5432/x")
    settings = load_settings()
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql+psycopg://u:hush@db:5432/x"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("JIANDU_WEB_PORT", "many", "应为整数"),
        ("JIANDU_WEB_PORT", "70000", "不得大于 65535"),
        ("JIANDU_WEB_PORT", "-1", "不得小于 0"),
        ("JIANDU_TOWN", "青山镇", "小写字母"),
        ("JIANDU_TIMEZONE", "Mars/Olympus", "Asia/Shanghai"),
        ("JIANDU_TEMPORAL_ADDRESS", "temporal", "主机:端口"),
        ("JIANDU_DATABASE_URL", "mysql://u:hush@db/x", "postgresql://"),
        ("JIANDU_LOG_FORMAT", "xml", "json"),
        ("JIANDU_TEMPORAL_TLS", "perhaps", "true 或 false"),
        ("JIANDU_OTEL_ENDPOINT", "nowhere", "http://"),
    ],
)
def test_a_wrong_variable_is_named_with_its_remedy(
    bare_environment: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(variable, value)
    (fault,) = faults_of(bare_environment)
    assert fault.startswith(f"环境变量 {variable}：")
    assert says in fault
    assert "hush" not in fault


def test_every_fault_of_a_file_is_named_with_its_line(bare_environment: Path) -> None:
    faults = faults_of(bare_environment, '# ours\nweb_port = "x"\ntemporal_adress = "a:1"\ntimezone = "Nowhere"\n')
    file = bare_environment / "jiandu.toml"
    assert sorted(faults) == [
        f"{file} 第 2 行 web_port：应为整数。请改正后重试。",
        f"{file} 第 3 行 temporal_adress：没有这一项设置，是不是 temporal_address？",
        f"{file} 第 4 行 timezone：不是已知的时区，例如 Asia/Shanghai。请改正后重试。",
    ]


def test_a_file_that_is_no_toml_is_said_so(bare_environment: Path) -> None:
    (fault,) = faults_of(bare_environment, "web_port: 8080\n")
    assert "jiandu.toml" in fault
    assert "line 1" in fault
