"""Settings of one deployment: from the environment (`JIANDU_…`) first, then from `jiandu.toml`, then the defaults."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from runtime.notice_settings import MailSecurity, Webhook
from runtime.settings_faults import SettingsError, explain, unreadable

PREFIX = "JIANDU_"
FILE_NAME = "jiandu.toml"

_DATABASE_SCHEMES = ("postgresql+psycopg://", "postgresql://", "postgres://")
_CHECKOUT = Path(__file__).resolve().parent.parent


def default_data_folder() -> Path:
    """`.data` of the checkout the product runs from, else the user's data folder: wherever the command is typed."""
    if (_CHECKOUT / "pyproject.toml").is_file():
        return _CHECKOUT / ".data"
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "jiandu"


def settings_file() -> Path:
    """The settings file in force: `JIANDU_CONFIG`, else `jiandu.toml` in the data folder. It need not exist."""
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named:
        return Path(named).expanduser()
    folder = os.environ.get(f"{PREFIX}DATA_DIR")
    return (Path(folder).expanduser() if folder else default_data_folder()) / FILE_NAME


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError("不是已知的时区，例如 Asia/Shanghai") from error
    return name


def _address(value: str) -> str:
    if not re.fullmatch(r"[^\s/:]+:\d{1,5}", value):
        raise ValueError("应写成 主机:端口，例如 temporal.example.cn:7233")
    return value


def _database(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    for scheme in _DATABASE_SCHEMES:
        if text.startswith(scheme):
            return SecretStr("postgresql+psycopg://" + text.removeprefix(scheme))
    raise ValueError("应写成 postgresql://用户:口令@主机:端口/库名")


AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
Port = Annotated[int, Field(ge=0, le=65535)]
Address = Annotated[str, AfterValidator(_address)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]


class Settings(BaseSettings):
    """One deployment. A field `web_port` is set by `JIANDU_WEB_PORT` or by `web_port` in the settings file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data_dir: AbsolutePath = Field(default_factory=default_data_folder)
    """Everything the embedded product keeps: database, engine, keys, logs, backups."""

    town: Slug = "sample"
    """The town this deployment serves by default; every row and workflow id carries it."""
    town_name: str | None = None
    """The town's name as pages show it, e.g. 城关镇; None: `town`."""
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Shanghai"

    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    """An existing PostgreSQL (18 or later); None starts the embedded one. Secret: it may hold a password."""

    temporal_address: Address | None = None
    """An existing Temporal cluster, `host:port`; None starts the embedded server."""
    temporal_namespace: str = Field(default="jiandu", min_length=1)
    temporal_api_key: SecretStr | None = None
    temporal_tls: bool = False
    temporal_port: Port = 7233
    """Port of the embedded server; another free one is taken when it is busy."""
    temporal_ui_port: Port = 8233
    temporal_binary: AbsolutePath | None = None
    updates_in_flight: Annotated[int, Field(ge=1, le=300)] = 8
    """On an existing cluster: how many acts this process sends to one case at once. Its limit is 10 over all
    processes, so set 8 divided by their number. The embedded server and ours of docker-compose.yml have no limit."""
    task_queue: str = Field(default="jiandu", min_length=1)
    deployment_name: str = Field(default="jiandu", min_length=1)
    build_id: str | None = None
    """Version of the worker's code for versioned deployment; None: the worker derives one from the code."""

    web_host: str = "127.0.0.1"
    web_port: Port = 8080

    ballot_host: str = "127.0.0.1"
    """Where issuers, box, board and count desk listen. In the hall: the server's address, with a certificate."""
    ballot_a_port: Port = 8091
    ballot_b_port: Port = 8092
    ballot_box_port: Port = 8093
    ballot_board_port: Port = 8094
    count_desk_port: Port = 8095
    ballot_a_url: HttpUrl | None = None
    """Origin of issuer A as phones reach it; None: made of host and port. The same for the others."""
    ballot_b_url: HttpUrl | None = None
    ballot_box_url: HttpUrl | None = None
    ballot_board_url: HttpUrl | None = None
    ballot_certificate: AbsolutePath | None = None
    """PEM files of the ballot's HTTPS; without them phones work on this machine only (`crypto.subtle` needs HTTPS)."""
    ballot_certificate_key: AbsolutePath | None = None
    ballot_parts: frozenset[Literal["a", "b", "box", "board"]] = frozenset({"a", "b", "box", "board"})
    """Which parts of the secret ballot this installation runs itself; the others are reached at their addresses."""
    ballot_one_operator: bool = True
    """Whether one operator runs both issuers: then there is one stamp, not two, and the deputies' page says so."""
    ballot_a_database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    """A cluster for issuer A alone; None: an embedded one. The same for B and the box; never one for two of them."""
    ballot_b_database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    ballot_box_database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None
    ballot_a_office_url: HttpUrl | None = None
    """Where the organiser reaches issuer A; None: at its origin. The same for B and the box."""
    ballot_b_office_url: HttpUrl | None = None
    ballot_box_office_url: HttpUrl | None = None
    ballot_a_office_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """The key with which the office steers issuer A; None: kept in the part's folder. The same for B and the box."""
    ballot_b_office_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    ballot_box_office_key: Annotated[SecretStr, Field(min_length=32)] | None = None

    smtp_host: str | None = None
    """The mail server by which notices go out; None: no mail."""
    smtp_port: Port = 587
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_sender: str = "jiandu@localhost"
    smtp_security: MailSecurity = "starttls"
    webhooks: tuple[Webhook, ...] = ()
    """Group robots that get notices; as JSON in the environment."""

    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    codec_key_file: AbsolutePath | None = None
    otel_endpoint: HttpUrl | None = None
    """Where traces go (OTLP over gRPC); None: no tracing."""

    @property
    def embedded_postgres(self) -> bool:
        return self.database_url is None

    @property
    def embedded_temporal(self) -> bool:
        return self.temporal_address is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def codec_key(self) -> Path:
        """File of the key that encrypts payloads before Temporal sees them."""
        return self.codec_key_file or self.data_dir / "keys" / "codec.key"

    @property
    def checkpoint_key(self) -> Path:
        """File of the private key that signs checkpoints."""
        return self.codec_key.parent / "checkpoint.key"

    def ballot_folder(self, part: Literal["a", "b", "box", "board"]) -> Path:
        """What a part of the secret ballot keeps: cluster, key files, its office's key. In no backup."""
        return self.data_dir / "ballot" / part

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())


def load_settings() -> Settings:
    """The settings in force.

    Raises:
        SettingsError: a value is wrong or the file cannot be read; names every key, where it stands and how to mend it.
    """
    file = settings_file()
    if os.environ.get(f"{PREFIX}CONFIG") and not file.is_file():
        raise SettingsError([f"{PREFIX}CONFIG 指向的设置文件不存在：{file}。请改正路径，或去掉这个环境变量。"])
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(explain(error, file, PREFIX, list(Settings.model_fields))) from error
    except (OSError, ValueError) as error:
        raise SettingsError([unreadable(error, file)]) from error
