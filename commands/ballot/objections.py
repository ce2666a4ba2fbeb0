"""`jiandu ballot object`, `decide-objection`, `destroy`: after the count, until nothing of the ballots is left."""

from __future__ import annotations

from collections.abc import Sequence

from ballotbox.secret.destruction import publish_destruction, sign_destruction
from commands.acting import actor_of
from commands.ballot.kept_slips import destroy_kept
from commands.ballot.organising import organising
from commands.ballot.slip_entry import read_slips
from commands.desk import new_command_id, open_desk
from commands.outcome import Exit
from commands.receipts import print_receipt
from commands.screen import done, print_json, say
from domain.acts import Command
from domain.cases.case import CaseKind
from domain.cases.poll.objections import DecidePollObjection, DestroyBallots, ObjectToPoll


async def object_to_poll(
    poll_id: str, objection: str, reason: str, actor: str, command_id: str | None, *, as_json: bool
) -> int:
    """Record an objection by a deputy or a scrutineer. Raises `Failure`, `Refusal`."""
    act = ObjectToPoll(objection_id=objection, reason=reason)
    return await _act(poll_id, act, actor, command_id, f"异议 {objection} 已登记", as_json=as_json)


async def decide_objection(
    poll_id: str, objection: str, *, upheld: bool, reason: str, actor: str, command_id: str | None, as_json: bool
) -> int:
    """Record the decision on an objection. Raises `Failure`, `Refusal`."""
    act = DecidePollObjection(objection_id=objection, upheld=upheld, reason=reason)
    words = "成立，应另行召集测评" if upheld else "不成立"
    return await _act(poll_id, act, actor, command_id, f"异议 {objection} {words}", as_json=as_json)


async def destroy(poll_id: str, given: Sequence[str], actor: str, command_id: str | None, *, as_json: bool) -> int:
    """Three scrutineers sign; the case records it; ciphertexts and what is kept of the dealing are destroyed.

    Again: goes on where it was interrupted. Raises `Failure`, `Refusal`.
    """
    who = actor_of(actor)
    async with organising(poll_id) as poll:
        manifest = await poll.poll()
        slips = read_slips(given, manifest)
        note = sign_destruction(manifest, slips)
        async with open_desk(poll.records.settings) as desk:
            await desk.cases.act(
                CaseKind.POLL, poll_id, DestroyBallots(), actor=who, command_id=command_id or new_command_id()
            )
        await publish_destruction(poll.offices.box, manifest, note)
        await poll.box.destroy(poll.key)
        destroy_kept(poll.records.settings, poll.key)
    if as_json:
        print_json({"ok": True, "poll": poll_id, "signed_by": sorted(slip.number for slip in slips)})
        return Exit.OK
    done("密文已销毁，销毁声明已公布。")
    say("现在请五名监票人当众销毁各自的密钥条。")
    return Exit.OK


async def _act(poll_id: str, act: Command, actor: str, command_id: str | None, words: str, *, as_json: bool) -> int:
    who = actor_of(actor)
    async with open_desk() as desk:
        receipt = await desk.cases.act(
            CaseKind.POLL, poll_id, act, actor=who, command_id=command_id or new_command_id()
        )
    print_receipt(words, receipt, as_json=as_json)
    return Exit.OK
