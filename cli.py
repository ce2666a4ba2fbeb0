"""The `jiandu` command. Each subcommand is declared here and has its body in `commands/`, loaded when it is called."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.account_app import account_app
from commands.ballot.app import ballot_app
from commands.options import EXIT_CODES, Json
from commands.outcome import finish, finish_async
from commands.papers_app import papers_app

app = typer.Typer(
    name="jiandu",
    help="监督：乡镇人大监督与干部评议的持久流程引擎 · durable supervision for a township People's Congress",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
)
policy_app = typer.Typer(
    help="制度（规则的版本）· Policies, the versioned rules", epilog=EXIT_CODES, no_args_is_help=True
)
cycle_app = typer.Typer(help="年度监督周期 · The supervision cycle of a year", epilog=EXIT_CODES, no_args_is_help=True)
app.add_typer(policy_app, name="policy")
app.add_typer(cycle_app, name="cycle")
app.add_typer(ballot_app, name="ballot")
app.add_typer(account_app, name="account")
app.add_typer(papers_app, name="papers")

As = Annotated[str, typer.Option("--as", metavar="ROLE:ID", help="以何身份，如 staff:zhang · who acts, in which role")]
CommandId = Annotated[
    str | None, typer.Option("--command-id", help="办理编号，重试时用同一个 · id of the act, the same for a retry")
]


class Roster(StrEnum):
    """What can be imported from Excel."""

    DEPUTIES = "deputies"
    SUBJECTS = "subjects"


@app.command(epilog=EXIT_CODES)
def up(
    demo: Annotated[bool, typer.Option("--demo", help="载入示例镇及其本年度案件 · load the sample town")] = False,
) -> None:
    """前台启动全部：数据库、流程引擎、工作进程、网页 · Run everything in the foreground; Ctrl-C stops it."""
    from commands.up import up

    finish_async(up(demo=demo))


@app.command(epilog=EXIT_CODES)
def worker() -> None:
    """只启动工作进程 · Run a worker alone."""
    from commands.worker import worker

    finish(worker)


@app.command(epilog=EXIT_CODES)
def web() -> None:
    """只启动网页 · Run the web pages alone."""
    from commands.web import web

    finish_async(web())


@app.command(epilog=EXIT_CODES)
def migrate(as_json: Json = False) -> None:
    """把数据库升级到本版本 · Bring the database to this version's schema."""
    from commands.migrate import migrate

    finish_async(migrate(as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="推演方案（YAML）· the scenario")],
    out: Annotated[
        str | None, typer.Option("--json", metavar="OUT|-", help="结果写入文件，- 为屏幕 · write the result as JSON")
    ] = None,
) -> None:
    """在虚拟时间里推演一个方案，不碰真实数据 · Play a scenario on virtual time, apart from all real data."""
    from commands.rehearse import rehearse

    finish(lambda: rehearse(file, out), as_json=out == "-")


@app.command(epilog=EXIT_CODES)
def verify(
    kept: Annotated[
        list[Path] | None, typer.Option("--kept", metavar="NOTE", help="另存的检查点文本 · a note kept elsewhere")
    ] = None,
    as_json: Json = False,
) -> None:
    """核对全部事件，指出第一条不符的 · Recompute the log and name the first event that does not fit."""
    from commands.verify import verify

    finish_async(verify(kept=kept or [], as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def rebuild(as_json: Json = False) -> None:
    """从事件重建全部查询表，比对后切换 · Rebuild the read models from the events, compare, swap."""
    from commands.rebuild import rebuild

    finish_async(rebuild(as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def recover(as_json: Json = False) -> None:
    """流程引擎数据丢失后，从事件恢复全部在办案件 · Start every open case again from its events."""
    from commands.recover import recover

    finish_async(recover(as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 · the file to write")], as_json: Json = False
) -> None:
    """备份数据库，附校验清单 · Back the database up, with a manifest of checksums."""
    from commands.backup import backup

    finish_async(backup(file, as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件 · the file to read")],
    force: Annotated[bool, typer.Option("--force", help="覆盖已有数据 · overwrite what is there")] = False,
    as_json: Json = False,
) -> None:
    """从备份恢复，核对后重启在办案件 · Restore a backup, verify it, recover the open cases."""
    from commands.restore import restore

    finish_async(restore(file, force=force, as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def doctor(as_json: Json = False) -> None:
    """体检：逐项检查并说明怎么办 · Check everything that must be right, and say how to mend it."""
    from commands.doctor import doctor

    finish_async(doctor(as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def checkpoint(as_json: Json = False) -> None:
    """立即封存检查点，打印签名 · Seal a checkpoint now and print the signed note."""
    from commands.checkpoint import checkpoint

    finish_async(checkpoint(as_json=as_json), as_json=as_json)


@app.command("import", epilog=EXIT_CODES)
def import_(
    what: Annotated[Roster, typer.Argument(help="代表或测评对象 · what to import")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Excel 文件（.xlsx、.xls）· the workbook")],
    confirm: Annotated[bool, typer.Option("--confirm", help="确认导入 · write it; else preview only")] = False,
    retire_missing: Annotated[
        bool, typer.Option("--retire-missing", help="停用文件中没有的 · retire whom the file lacks")
    ] = False,
    heads_from: Annotated[
        str | None, typer.Option("--heads-from", metavar="DATE", help="新负责人自何日起 · from when new heads hold")
    ] = None,
    mark: Annotated[
        Path | None, typer.Option("--mark", metavar="OUT.xlsx", help="把错误标红另存 · write the faults in red")
    ] = None,
    as_: As = "staff:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """从 Excel 导入名册：先预览，再确认 · Import a roster from Excel: preview first, then --confirm."""
    from commands.roster_import import Import, run_import

    order = Import(what.value, file, confirm, retire_missing, heads_from, mark)
    finish_async(run_import(order, actor=as_, command_id=command_id, as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def template(
    what: Annotated[Roster, typer.Argument(help="代表或测评对象 · which roster")],
    out: Annotated[Path, typer.Argument(metavar="OUT.xlsx", help="写到哪个文件 · the file to write")],
) -> None:
    """生成名册的 Excel 模板 · Write the Excel template of a roster."""
    from commands.template import template

    finish(lambda: template(what.value, out))


@policy_app.command("check", epilog=EXIT_CODES)
def policy_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="制度文件（YAML）· the policy")], as_json: Json = False
) -> None:
    """检查制度文件，列出全部错误 · Check a policy file and list every fault."""
    from commands.policy import check

    finish(lambda: check(file, as_json=as_json), as_json=as_json)


@policy_app.command("adopt", epilog=EXIT_CODES)
def policy_adopt(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="制度文件（YAML）· the policy")],
    as_: As = "staff:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """采用新版制度，只对以后的周期生效 · Adopt a policy for the cycles that begin from now on."""
    from commands.policy import adopt

    finish_async(adopt(file, actor=as_, command_id=command_id, as_json=as_json), as_json=as_json)


@policy_app.command("show", epilog=EXIT_CODES)
def policy_show(as_json: Json = False) -> None:
    """显示现行制度 · Show the policy in force."""
    from commands.policy import show

    finish_async(show(as_json=as_json), as_json=as_json)


@cycle_app.command("start", epilog=EXIT_CODES)
def cycle_start(
    year: Annotated[int, typer.Argument(min=2000, max=2200, help="年度 · the year")],
    as_: As = "staff:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """启动一个年度的监督周期 · Start the supervision cycle of a year."""
    from commands.cycle import start

    finish_async(start(year, actor=as_, command_id=command_id, as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def cases(
    year: Annotated[int | None, typer.Option("--year", help="只看一个年度 · one year only")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="只看在办 · open ones only")] = False,
    as_json: Json = False,
) -> None:
    """列出案件 · List the cases."""
    from commands.cases import cases

    finish_async(cases(year=year, open_only=open_only, as_json=as_json), as_json=as_json)


@app.command(epilog=EXIT_CODES)
def act(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="案件类别，如 appraisal · kind of case")],
    case: Annotated[str, typer.Argument(metavar="CASE", help="案件编号，如 2026-swz · id of the case")],
    name: Annotated[str, typer.Argument(metavar="ACT", help="事项，如 submit_report · the act")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="内容；值可为 JSON · its fields, JSON allowed")
    ] = None,
    as_: As = "staff:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """在案件中办理一个事项 · Do any act in a case."""
    from commands.act import act

    finish_async(
        act(kind, case, name, fields or [], actor=as_, command_id=command_id, as_json=as_json), as_json=as_json
    )


def main() -> None:
    """Entry point of the `jiandu` command."""
    app()


if __name__ == "__main__":
    main()
