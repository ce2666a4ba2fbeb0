"""`jiandu ballot …`: the secret ballot. Each subcommand is declared here and has its body in a file beside this one,
loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from commands.outcome import finish

EXIT_CODES = "退出码 Exit codes: 0 成功 ok · 1 失败 failure · 2 输入无效 invalid input"

ballot_app = typer.Typer(help="秘密投票 · The secret ballot", epilog=EXIT_CODES, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取 · print JSON for programs")]
Slips = Annotated[
    list[str] | None,
    typer.Option("--slip", metavar="TEXT|FILE", help="密钥条，三张；不给则现场输入 · slips; else asked for, hidden"),
]


@ballot_app.callback()
def ballot() -> None:
    """秘密投票 · The secret ballot."""


@ballot_app.command(epilog=EXIT_CODES)
def serve() -> None:
    """运行发票方、票箱、公告栏（ballot_parts 所列）· Run the parts of the ballot that the settings name."""
    from commands.ballot.serve import serve_parts

    finish(serve_parts)


@ballot_app.command(epilog=EXIT_CODES)
def deal(
    request: Annotated[Path, typer.Argument(metavar="REQUEST.json", help="set-up --offline 写出的申请 · the request")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="写到哪个新文件夹 · a new folder")],
    as_json: Json = False,
) -> None:
    """离线分发监票人密钥并试开一次 · Deal the scrutineers' keys offline, and rehearse the opening."""
    from commands.ballot.deal import deal_offline

    finish(lambda: deal_offline(request, out, as_json=as_json), as_json=as_json)


@ballot_app.command("rehearse-opening", epilog=EXIT_CODES)
def rehearse_opening(
    manifest: Annotated[Path, typer.Argument(metavar="MANIFEST.json", help="测评清单 · the manifest")],
    slips: Slips = None,
    as_json: Json = False,
) -> None:
    """三名监票人用密钥条试开一个试验信封 · Three scrutineers try their slips on a test envelope."""
    from commands.ballot.rehearse_opening import rehearse_opening

    finish(lambda: rehearse_opening(manifest, slips or [], as_json=as_json), as_json=as_json)


@ballot_app.command("open-team", epilog=EXIT_CODES)
def open_team(
    contents: Annotated[Path, typer.Argument(metavar="CONTENTS", help="jiandu ballot contents 导出的文件 · the box")],
    team: Annotated[int, typer.Option("--team", min=1, max=2, help="第一组或第二组 · which team")],
    slips: Slips = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="缺省 team-1.json 或 team-2.json · the result")
    ] = None,
    as_json: Json = False,
) -> None:
    """一组监票人离线开箱 · One team of scrutineers opens the box, offline, in memory."""
    from commands.ballot.open_team import open_team

    number: Literal[1, 2] = 1 if team == 1 else 2
    target = out or Path(f"team-{team}.json")
    finish(lambda: open_team(contents, slips or [], number, target, as_json=as_json), as_json=as_json)
