"""`jiandu ballot …`: the secret ballot. Each subcommand is declared here and has its body in a file beside this one,
loaded when it is called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from commands.options import EXIT_CODES, Json
from commands.outcome import finish, finish_async

ballot_app = typer.Typer(help="秘密投票 · The secret ballot", epilog=EXIT_CODES, no_args_is_help=True)

PollArgument = Annotated[str, typer.Argument(metavar="POLL", help="测评编号，如 2026-P1 · the poll's id")]
As = Annotated[
    str, typer.Option("--as", metavar="ROLE:ID", help="以何身份，如 scrutineer:li · who acts, in which role")
]
CommandId = Annotated[
    str | None, typer.Option("--command-id", help="办理编号，重试时用同一个 · id of the act, the same for a retry")
]
Slips = Annotated[
    list[str] | None,
    typer.Option("--slip", metavar="TEXT|FILE", help="密钥条，三张；不给则现场输入 · slips; else asked for, hidden"),
]


class IssuerChoice(StrEnum):
    """The two issuers."""

    A = "a"
    B = "b"


@ballot_app.callback()
def ballot() -> None:
    """秘密投票 · The secret ballot."""


@ballot_app.command(epilog=EXIT_CODES)
def serve() -> None:
    """运行发票方、票箱、公告栏（ballot_parts 所列） · Run the parts of the ballot that the settings name."""
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


@ballot_app.command("set-up", epilog=EXIT_CODES)
def set_up(
    poll: PollArgument,
    offline: Annotated[
        Path | None, typer.Option("--offline", metavar="REQUEST.json", help="只写出分发申请 · write the request only")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="MANIFEST.json", help="离线分发带回的清单 · what was dealt")
    ] = None,
    witness_keys: Annotated[
        list[Path] | None, typer.Option("--witness-key", metavar="FILE", help="见证人公钥，共五份 · witnesses' keys")
    ] = None,
    slips: Annotated[
        Path | None, typer.Option("--slips", metavar="FILE.pdf", help="密钥条写到哪里 · where the slips go")
    ] = None,
    as_json: Json = False,
) -> None:
    """会前一天设置：分发密钥、试开、开始签领 · Set a poll up: deal, rehearse, begin to collect."""
    from commands.ballot.set_up import set_up

    body = set_up(
        poll, request=offline, manifest=manifest, witness_keys=witness_keys or [], slips=slips, as_json=as_json
    )
    finish_async(body, as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def codes(
    poll: PollArgument,
    issuer: Annotated[IssuerChoice, typer.Option("--issuer", help="甲方 a 或乙方 b · which issuer")],
    deputies: Annotated[
        list[str] | None, typer.Option("--deputy", metavar="ID", help="只给这些代表，旧码作废 · renew theirs only")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.pdf", help="写到哪里 · the file")] = None,
    as_json: Json = False,
) -> None:
    """打印代表的签领码，每页八张 · Print the deputies' personal codes, eight on a page."""
    from commands.ballot.codes import codes

    target = out or Path(f"codes-{issuer.value}-{poll}.pdf")
    finish_async(
        codes(poll, "a" if issuer is IssuerChoice.A else "b", deputies or [], target, as_json=as_json), as_json=as_json
    )


@ballot_app.command("begin-casting", epilog=EXIT_CODES)
def begin_casting(poll: PollArgument, as_json: Json = False) -> None:
    """签领结束，开始投票 · Collecting ends, the stamp keys are destroyed, casting begins."""
    from commands.ballot.casting import begin_casting

    finish_async(begin_casting(poll, as_json=as_json), as_json=as_json)


@ballot_app.command("end-casting", epilog=EXIT_CODES)
def end_casting(poll: PollArgument, as_json: Json = False) -> None:
    """投票结束，封箱 · Casting ends, the box is sealed and waits for its witnesses."""
    from commands.ballot.casting import end_casting

    finish_async(end_casting(poll, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def status(poll: PollArgument, as_json: Json = False) -> None:
    """进度：人数、阶段、还缺什么 · How far a poll is: counts, phases, what is missing."""
    from commands.ballot.status import status

    finish_async(status(poll, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def contents(
    poll: PollArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="写到哪里 · the file")],
    as_json: Json = False,
) -> None:
    """导出已封的票箱，供两组开箱 · Export the closed box for the two opening teams."""
    from commands.ballot.contents import contents

    finish_async(contents(poll, out, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def publish(
    poll: PollArgument,
    results: Annotated[list[Path], typer.Argument(metavar="TEAM.json...", help="两组的结果 · both teams' results")],
    as_: As = "scrutineer:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """提交两组开箱结果，核对一致后计票公布 · Submit both results; once equal, count and publish."""
    from commands.ballot.publish import publish

    finish_async(publish(poll, results, as_, command_id, as_json=as_json), as_json=as_json)


@ballot_app.command("object", epilog=EXIT_CODES)
def object_(
    poll: PollArgument,
    objection: Annotated[str, typer.Argument(metavar="ID", help="异议编号，自编 · a number of its own")],
    reason: Annotated[str, typer.Option("--reason", help="理由 · why")],
    as_: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """代表或监票人对计票提出异议 · A deputy or a scrutineer objects to the count."""
    from commands.ballot.objections import object_to_poll

    finish_async(object_to_poll(poll, objection, reason, as_, command_id, as_json=as_json), as_json=as_json)


@ballot_app.command("decide-objection", epilog=EXIT_CODES)
def decide_objection(
    poll: PollArgument,
    objection: Annotated[str, typer.Argument(metavar="ID", help="异议编号 · which objection")],
    upheld: Annotated[bool, typer.Option("--upheld/--rejected", help="成立或不成立 · the decision")],
    reason: Annotated[str, typer.Option("--reason", help="理由 · why")],
    as_: As,
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """决定一件异议 · Decide an objection."""
    from commands.ballot.objections import decide_objection

    body = decide_objection(
        poll, objection, upheld=upheld, reason=reason, actor=as_, command_id=command_id, as_json=as_json
    )
    finish_async(body, as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def destroy(
    poll: PollArgument,
    slips: Slips = None,
    as_: As = "scrutineer:cli",
    command_id: CommandId = None,
    as_json: Json = False,
) -> None:
    """异议处理完毕，三名监票人签署，销毁密文和密钥 · After the objections: destroy ciphertexts and shares."""
    from commands.ballot.objections import destroy

    finish_async(destroy(poll, slips or [], as_, command_id, as_json=as_json), as_json=as_json)


Authority = Annotated[
    Path | None, typer.Option("--ca", metavar="PEM", help="会场服务器的证书 · believe this certificate too")
]
ManifestHash = Annotated[
    str, typer.Option("--poll", metavar="HASH", help="清单编号，在会场二维码中 · the manifest's hash")
]


@ballot_app.command(epilog=EXIT_CODES)
def verify(
    place: Annotated[str, typer.Argument(metavar="FOLDER|URL", help="公布的文件夹，或公告板地址 …/polls/<编号>/")],
    manifest: Annotated[
        str | None, typer.Option("--manifest", metavar="HASH", help="会场二维码中的清单编号 · the hall's hash")
    ] = None,
    authority: Authority = None,
    as_json: Json = False,
) -> None:
    """核对公布的测评结果，不需要数据库和设置 · Verify a published ballot; needs no database and no settings."""
    from commands.ballot.verify import verify_ballot

    finish(lambda: verify_ballot(place, manifest, authority, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def pack(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="公布的文件夹 · the published folder")],
    target: Annotated[Path, typer.Argument(metavar="FILE.zip", help="写到哪里 · where to")],
    as_json: Json = False,
) -> None:
    """把公布的文件夹和独立核对程序打成一个文件 · Pack the folder and the outsiders' verifier into one file."""
    from commands.ballot.pack import pack

    finish(lambda: pack(folder, target, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def witness_key(
    name: Annotated[str, typer.Option("--name", help="见证人的名字，如 witness-3 · a name without spaces")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="私钥写到哪里 · where to keep the key")],
    as_json: Json = False,
) -> None:
    """见证人生成自己的密钥，公钥交给组织者 · A witness makes a key and prints its public half."""
    from commands.ballot.witness import witness_key

    finish(lambda: witness_key(name, key, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=f"{EXIT_CODES} · 3 警报 alarm")
def witness(
    board: Annotated[str, typer.Option("--board", metavar="URL", help="公告板的地址或文件夹 · the board")],
    poll: ManifestHash,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="见证人的私钥 · the witness's key")],
    state: Annotated[Path, typer.Option("--state", metavar="FOLDER", help="保存所见票册的文件夹 · what is kept")],
    once: Annotated[bool, typer.Option("--once", help="只看一次（默认） · look once, the default")] = False,
    every: Annotated[float | None, typer.Option("--every", min=1, metavar="SECONDS", help="每隔几秒看一次")] = None,
    peer: Annotated[
        list[str] | None, typer.Option("--peer", metavar="FOLDER|URL", help="另一见证人的保存文件夹 · another's state")
    ] = None,
    authority: Authority = None,
    as_json: Json = False,
) -> None:
    """见证：保存票册，只为增长而未改动的票册签名 · Keep the log, co-sign only one that merely grows."""
    from commands.ballot.witness import witness

    finish(
        lambda: witness(
            board, poll, key, state, peer or [], every=None if once else every, authority=authority, as_json=as_json
        ),
        as_json=as_json,
    )


@ballot_app.command(epilog=f"{EXIT_CODES} · 3 警报 alarm")
def compare_witnesses(
    one: Annotated[Path, typer.Argument(metavar="STATE", help="一名见证人的保存文件夹 · one witness's state")],
    other: Annotated[Path, typer.Argument(metavar="STATE", help="另一名见证人的 · another's")],
    poll: ManifestHash,
    as_json: Json = False,
) -> None:
    """比对两名见证人保存的票册 · Compare what two witnesses were shown."""
    from commands.ballot.witness import compare_witnesses

    finish(lambda: compare_witnesses(poll, one, other, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def forms(
    poll: PollArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="写到哪个文件夹 · the folder")] = Path(),
    spare: Annotated[int, typer.Option("--spare", min=0, max=200, help="每种多印几张 · spare forms")] = 6,
    as_json: Json = False,
) -> None:
    """打印编号纸质票、登记表、计票报告单 · Print numbered paper forms, the ledger and the counting sheet."""
    from commands.ballot.forms import forms

    finish_async(forms(poll, out, spare=spare, as_json=as_json), as_json=as_json)


@ballot_app.command(epilog=EXIT_CODES)
def counters(
    poll: PollArgument,
    persons: Annotated[
        list[str], typer.Option("--person", metavar="NAME:1|2|监票", help="如 张三:1、李四:2:1-30、王五:监票 · a seat")
    ],
    slips: Annotated[
        Path | None, typer.Option("--slips", metavar="FILE.pdf", help="带二维码的纸条写到哪里 · slips with QR codes")
    ] = None,
    as_json: Json = False,
) -> None:
    """发放计票台的代码 · Seats at the count desk: codes for counters and scrutineers."""
    from commands.ballot.counters import counters

    finish_async(counters(poll, persons, slips, as_json=as_json), as_json=as_json)


@ballot_app.command("give-paper", epilog=EXIT_CODES)
def give_paper(
    poll: PollArgument,
    deputies: Annotated[list[str], typer.Argument(metavar="DEPUTY...", help="代表编号 · the deputies")],
    as_json: Json = False,
) -> None:
    """混合方式：登记领用纸质票的代表 · In a mixed poll these deputies take paper."""
    from commands.ballot.paper import give_paper

    finish_async(give_paper(poll, deputies, as_json=as_json), as_json=as_json)


@ballot_app.command("paper-status", epilog=EXIT_CODES)
def paper_status(poll: PollArgument, as_json: Json = False) -> None:
    """纸质票录入进度和待裁定的差异 · How far the typing of paper is."""
    from commands.ballot.paper import paper_status

    finish_async(paper_status(poll, as_json=as_json), as_json=as_json)


@ballot_app.command("fall-back", epilog=EXIT_CODES)
def fall_back(
    poll: PollArgument,
    new: Annotated[str, typer.Option("--new", metavar="ID", help="新的纸质测评编号，如 P1Z · id of the new poll")],
    reason: Annotated[str, typer.Option("--reason", help="理由 · why")] = "投票服务故障，改用纸质票",
    as_: As = "staff:cli",
    as_json: Json = False,
) -> None:
    """作废未开的票箱，同样的对象改用纸质票 · Void the poll unopened; the same subjects on paper."""
    from commands.ballot.paper import fall_back

    finish_async(fall_back(poll, new, reason=reason, as_=as_, as_json=as_json), as_json=as_json)
