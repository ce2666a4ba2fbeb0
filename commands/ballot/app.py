"""`jiandu ballot …`: the secret ballot. Each subcommand is declared here and has its body in a file beside this one,
loaded when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

EXIT_CODES = "退出码 Exit codes: 0 成功 ok · 1 失败 failure · 2 输入无效 invalid input"

ballot_app = typer.Typer(help="秘密投票 · The secret ballot", epilog=EXIT_CODES, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取 · print JSON for programs")]


@ballot_app.callback()
def ballot() -> None:
    """秘密投票 · The secret ballot."""
