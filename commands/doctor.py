"""`jiandu doctor`: everything that must be right, each with its state and what to do."""

from __future__ import annotations

from temporalio.client import Client

from commands.checkup import Checkup
from commands.outcome import Exit
from commands.place import embedded_postgres
from commands.screen import LIGHTS, done, print_json, say, warn
from eventstore.store import EventStore
from runtime.settings import Settings, load_settings
from runtime.temporal import connect
from web.findings import Finding, State, worst


async def doctor(*, as_json: bool) -> int:
    """Look at everything and start nothing. Fails when something is out of order; a warning is no failure."""
    findings = await examine(load_settings())
    whole = worst(findings)
    if as_json:
        checks = [finding.model_dump(mode="json") for finding in findings]
        print_json({"ok": whole is not State.ERROR, "state": whole.value, "checks": checks})
    else:
        _report(findings, whole)
    return Exit.FAILED if whole is State.ERROR else Exit.OK


async def examine(settings: Settings) -> list[Finding]:
    """The findings on an installation, running or not."""

    async def engine_client() -> Client:
        return await connect(settings)

    url = database_url(settings)
    async with EventStore.open(url, pool_size=8) as store:
        return await Checkup(settings, url, store, engine_client).all()


def database_url(settings: Settings) -> str:
    """Where the database is, or would be if it ran."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded_postgres(settings).url


def _report(findings: list[Finding], whole: State) -> None:
    for finding in findings:
        sign, style = LIGHTS[finding.state.value]
        say(f"{sign} {finding.state.word}  {finding.title}：{finding.detail}", style=style)
        if finding.advice and finding.state is not State.OK:
            say(f"        怎么办：{finding.advice}")
    if whole is State.ERROR:
        warn("有故障，请按“怎么办”逐项处理。")
    else:
        done("可以正常使用。" if whole is State.OK else "可以正常使用，有需要注意的项目。")
