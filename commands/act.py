"""`jiandu act`: any act in any case, for the staff and for tests."""

from __future__ import annotations

from collections.abc import Sequence

from commands.acting import actor_of, command_of, kind_of
from commands.desk import new_command_id, open_desk
from commands.receipts import print_receipt
from domain.cases.case import stream_of


async def act(
    kind: str, case: str, name: str, pairs: Sequence[str], *, actor: str, command_id: str | None, as_json: bool
) -> int:
    """Do an act. What was typed is checked before anything is connected to. Raises `Failure`, `Refusal`."""
    case_kind = kind_of(kind)
    command = command_of(case_kind, name, pairs)
    who = actor_of(actor)
    async with open_desk() as desk:
        receipt = await desk.cases.act(case_kind, case, command, actor=who, command_id=command_id or new_command_id())
    print_receipt(f"{stream_of(case_kind, case)}：{name} 已办理", receipt, as_json=as_json)
    return 0
