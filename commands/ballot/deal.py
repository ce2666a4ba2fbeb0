"""`jiandu ballot deal`: deal keys offline, in memory, from one file. Needs no settings, database or network."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ballotbox.secret.ceremony import Dealing, DealingRequest, deal
from ballotbox.secret.shares import SharesRefused
from commands.ballot.files import empty_folder, write_secret
from commands.ballot.papers import slips_paper
from commands.outcome import Exit, Failure, invalid_input
from commands.screen import done, print_json, say

MANIFEST = "manifest.json"
SLIPS = "slips.pdf"
ONE_MACHINE = "提醒：在运行票箱的同一台机器上分发密钥，保密性和计票都取决于管理这台机器的人。"


def deal_offline(request: Path, out: Path, *, as_json: bool) -> int:
    """Write manifest, slips and, where they are dealt, the witnesses' keys into a new folder. Raises `Failure`."""
    folder = empty_folder(out)
    dealing = deal_from(request.read_bytes(), str(request))
    written = write_dealing(dealing, folder)
    if as_json:
        print_json({"ok": True, "manifest": dealing.poll.hash.hex(), "files": [str(file) for file in written]})
        return Exit.OK
    done(f"密钥已分发，并用 1、2、3 号和 3、4、5 号密钥条各试开一次，均能打开。清单哈希 {dealing.poll.hash.hex()}")
    say(f"1. 打印 {folder / SLIPS}（五页，每人一页），当场折封、签名，然后删除该文件并清空打印机。")
    say(f"2. 把 {folder / MANIFEST} 带回，运行 jiandu ballot set-up {dealing.poll.manifest.poll} --manifest …")
    if dealing.witnesses:
        say(f"3. 见证密钥文件 {folder}/witness-N.key 交五名见证人各一份，交完删除。")
    say("完成后关闭这台机器：密钥只在内存中，关机即消失。")
    return Exit.OK


def deal_from(data: bytes, name: str) -> Dealing:
    """Deal what a request's file asks for. Raises `Failure`."""
    try:
        return deal(DealingRequest.from_bytes(data))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise invalid_input(f"{name} 不是完整的分发申请：{place} {first['msg']}。", "请重新导出申请文件。") from None
    except ValueError:
        raise invalid_input(f"{name} 不是分发申请，或被改动过。", "请重新导出，原样拷贝，不要编辑。") from None
    except SharesRefused as refused:
        raise Failure(f"试开没有成功：{refused}。", "什么都没有写入，请重新分发。") from None


def write_dealing(dealing: Dealing, folder: Path) -> list[Path]:
    """Write a dealing into a folder that only its owner can read."""
    files = {MANIFEST: dealing.poll.data, SLIPS: slips_paper(dealing.poll, dealing.slips)}
    files |= {f"witness-{n}.key": f"{signer.secret()}\n".encode() for n, signer in dealing.witnesses.items()}
    for name, data in files.items():
        write_secret(folder / name, data)
    return [folder / name for name in files]
