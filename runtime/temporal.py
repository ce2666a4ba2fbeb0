"""The embedded Temporal: the official development server as our own child process, its state in one disposable file."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client, Interceptor, Plugin
from temporalio.converter import DataConverter

from runtime.child import Child
from runtime.orphans import end, living
from runtime.ports import free_port
from runtime.settings import Settings

SEARCH_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "JianduTown": "Keyword",
        "JianduYear": "Int",
        "JianduStage": "Keyword",
        "JianduSubject": "Keyword",
        "JianduDue": "Datetime",
    }
)
"""What cases can be listed by in Temporal, with the types. SQL visibility has few slots: add none lightly."""

RETENTION = "90d"
"""How long closed histories stay to look at; the event store is the memory, so nothing depends on it."""

_HOST = "127.0.0.1"
_START_SECONDS = 60.0
_STARTS = 3
_TYPES: Mapping[str, IndexedValueType.ValueType] = MappingProxyType(
    {
        "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
        "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
        "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    }
)
UPDATES_WITHOUT_LIMIT = "history.maxInFlightUpdates=0"
"""The server's default lets ten acts at once into a case and refuses the eleventh click of a meeting; 0 is no limit."""

# Workflows of a rehearsal skip time; a short shift makes each move eight times faster.
_REHEARSAL = ("frontend.WorkflowTimeSkippingEnabled=true", 'history.timerProcessorMaxTimeShift="10ms"')


class TemporalError(RuntimeError):
    """The embedded Temporal does not start or answer; the message says why, in Chinese."""


class TemporalAway(TemporalError):
    """Nobody answers at the cluster's address, now."""


class EmbeddedTemporal:
    """One server with its state in `folder` (`<data_dir>/temporal`). Blocking calls; a supervisor runs them in threads.

    Args:
        program: the `temporal` command (`runtime.engine_build.ensure()`).
        folder: for its state, process id and address; `jiandu recover` brings back what is lost by deleting it.
        rehearsal: virtual time allowed, state in memory only, no pages.
        port: wished; another free one is taken when it is busy, 0 for any.
        ui_port: of Temporal's own pages; None for none.
        log: default `<folder>/../logs/temporal.log`.
    """

    name = "temporal"

    def __init__(
        self,
        program: Path,
        folder: Path,
        *,
        namespace: str = "jiandu",
        rehearsal: bool = False,
        port: int = 7233,
        ui_port: int | None = None,
        log: Path | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.namespace = namespace
        self._program = program
        self._rehearsal = rehearsal
        self._wished = port
        self._wished_ui = None if rehearsal else ui_port
        self._port: int | None = None
        self._ui_port: int | None = None
        self._child = Child(log or self.folder.parent / "logs" / "temporal.log")

    @property
    def log(self) -> Path | None:
        return self._child.log

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @property
    def address(self) -> str:
        """`host:port` of the server we started, or of the one that was started last in this folder by another process.

        Raises:
            TemporalError: none ever was.
        """
        if self._port is not None:
            return f"{_HOST}:{self._port}"
        try:
            return self._address_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise TemporalError("流程引擎还没有启动过。请先运行 jiandu up。") from error

    @property
    def ui_address(self) -> str | None:
        """Address of Temporal's own pages, None when there are none."""
        return f"http://{_HOST}:{self._ui_port}" if self._ui_port is not None else None

    def start(self) -> None:
        """Start the server, wait until it answers and our namespace is described. A left-behind one is ended first.

        Raises:
            TemporalError: it does not start; the message quotes the end of its log.
        """
        if self._child.alive:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_orphan()
        known = self._port, self._ui_port
        for attempt in range(_STARTS):
            # A restarted server keeps its port: its clients come back by themselves.
            self._port = self._port or free_port(self._last_port() or self._wished)
            if self._wished_ui is not None:
                self._ui_port = self._ui_port or free_port(self._wished_ui)
            self._child.start(self._command(), folder=self.folder)
            self._pid_file.write_text(str(self._child.pid), encoding="utf-8")
            try:
                self._wait_until_ready()
                break
            except TemporalError:
                if attempt == _STARTS - 1:
                    raise
                # The server takes a dozen more ports for itself, and another program may have been faster.
                self._port, self._ui_port = known
        self._address_file.write_text(f"{_HOST}:{self._port}\n", encoding="utf-8")

    def poll(self) -> int | None:
        """The exit code once the server has ended; None while it runs (or was never started)."""
        return self._child.poll()

    def stop(self, timeout: float = 10.0) -> None:
        """Ask it to stop; kill it after `timeout` seconds."""
        self._child.stop((signal.SIGTERM, timeout))
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End the server at once, as an operator would a stop that hangs."""
        self._child.kill()

    def answers(self) -> bool:
        """Whether the server is healthy and knows our namespace."""
        return self._ask("operator", "cluster", "health") and self._ask(
            "operator", "namespace", "describe", "--namespace", self.namespace
        )

    @property
    def _pid_file(self) -> Path:
        return self.folder / "server.pid"

    @property
    def _address_file(self) -> Path:
        return self.folder / "address"

    @property
    def _mark(self) -> str:
        """An argument by which our server's command line is recognised."""
        return f"{self.folder / 'temporal.db'}"

    def _command(self) -> list[str]:
        command = [str(self._program), "server", "start-dev", "--ip", _HOST, "--port", str(self._port)]
        command += ["--namespace", self.namespace, "--log-level", "warn", "--log-format", "json"]
        if self._ui_port is None:
            command.append("--headless")
        else:
            command += ["--ui-port", str(self._ui_port), "--ui-disable-news-fetch"]
        if not self._rehearsal:
            command += ["--db-filename", self._mark]
        for name, kind in SEARCH_ATTRIBUTES.items():
            command += ["--search-attribute", f"{name}={kind}"]
        for value in (UPDATES_WITHOUT_LIMIT, *(_REHEARSAL if self._rehearsal else ())):
            command += ["--dynamic-config-value", value]
        return command

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self.answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                self._child.stop((signal.SIGTERM, 5.0))
                raise TemporalError(f"流程引擎没有启动成功，日志 {self.log} 的末尾：\n{self._child.log_end()}")
            time.sleep(0.05)
        # The development server gives a namespace one day; a closed case would be gone from Temporal's pages tomorrow.
        if not self._ask("operator", "namespace", "update", "--namespace", self.namespace, "--retention", RETENTION):
            raise TemporalError(f"流程引擎没有接受命名空间 {self.namespace} 的保留期 {RETENTION}")

    def _ask(self, *arguments: str) -> bool:
        asked = subprocess.run(
            [str(self._program), *arguments, "--address", f"{self.address}", "--command-timeout", "5s"],
            capture_output=True,
            check=False,
        )
        return asked.returncode == 0

    def _last_port(self) -> int | None:
        if self._wished == 0 or not self._address_file.is_file():
            return None
        port = self._address_file.read_text(encoding="utf-8").strip().rpartition(":")[2]
        return int(port) if port.isdigit() else None

    def _end_orphan(self) -> None:
        if self._rehearsal or not self._pid_file.is_file():
            return
        text = self._pid_file.read_text(encoding="utf-8").strip()
        process = living(int(text), self._mark) if text.isdigit() else None
        if process is not None:
            end(process, signal.SIGTERM, timeout=10)


async def connect(
    settings: Settings,
    *,
    address: str | None = None,
    data_converter: DataConverter | None = None,
    plugins: Sequence[Plugin] = (),
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """A client of the cluster that the settings name, else of the embedded server at `address` or as last started.

    Raises:
        TemporalError: neither is known.
        TemporalAway: nobody answers there.
    """
    target = address or settings.temporal_address or EmbeddedTemporal(Path(), settings.data_dir / "temporal").address
    try:
        return await Client.connect(
            target,
            namespace=settings.temporal_namespace,
            data_converter=data_converter or DataConverter.default,
            plugins=plugins,
            interceptors=interceptors,
            tls=True if settings.temporal_tls else None,  # None: as the SDK thinks right, that is on with a key
            api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key is not None else None,
        )
    except RuntimeError as error:
        raise TemporalAway(
            f"连不上流程引擎 {target}：{error}。请检查它是否在运行，以及 temporal_address 设置。"
        ) from error


async def ensure_search_attributes(client: Client) -> list[str]:
    """Create those of SEARCH_ATTRIBUTES that the client's namespace lacks, on any cluster; returns their names.

    Raises:
        TemporalError: one exists with another type.
        temporalio.service.RPCError: the account may not change the namespace.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    there = {**listed.custom_attributes, **listed.system_attributes}
    for name, kind in SEARCH_ATTRIBUTES.items():
        if name in there and there[name] != _TYPES[kind]:
            raise TemporalError(f"Temporal 的检索属性 {name} 已存在，但类型不是 {kind}。请由集群管理员改正。")
    missing = [name for name in SEARCH_ATTRIBUTES if name not in there]
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items() if name in missing},
            )
        )
    return missing
