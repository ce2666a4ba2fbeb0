"""`jiandu account …`: the subcommands, declared; their bodies are in `account.py`."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.options import EXIT_CODES, Json
from commands.outcome import finish_async

account_app = typer.Typer(help="网页账号 · Accounts of the pages", epilog=EXIT_CODES, no_args_is_help=True)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="登录名，如 wang.fang · what one logs in with")]


@account_app.command("add", epilog=EXIT_CODES)
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="姓名 · the person's name")],
    role: Annotated[list[str], typer.Option("--role", help="角色，可多次 · a role; may be repeated")],
    person: Annotated[str | None, typer.Option("--person", help="人员编号，缺省同登录名 · id in the records")] = None,
    village: Annotated[
        list[str] | None,
        typer.Option("--village", help="村账号的村、包村领导的村，可多次 · a village; may be repeated"),
    ] = None,
    as_json: Json = False,
) -> None:
    """设立账号，给出初始口令 · A new account with a first password."""
    from commands.account import add

    finish_async(add(login, name, role, person=person, villages=village or (), as_json=as_json), as_json=as_json)


@account_app.command("reset", epilog=EXIT_CODES)
def reset(login: Login, as_json: Json = False) -> None:
    """重设口令 · A new first password."""
    from commands.account import reset

    finish_async(reset(login, as_json=as_json), as_json=as_json)


@account_app.command("list", epilog=EXIT_CODES)
def list_(as_json: Json = False) -> None:
    """全部账号 · All accounts."""
    from commands.account import show

    finish_async(show(as_json=as_json), as_json=as_json)
