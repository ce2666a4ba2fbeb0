"""The sample town: loaded once, by the acts that everybody uses, under fixed ids: a second time adds nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from commands.demo_mark import demo_town, mark_demo
from commands.demo_story import POLLED, Step, story
from commands.desk import Desk
from commands.outcome import Failure
from commands.screen import done, say, step, warn
from domain.acts import Actor, Refusal, Role
from domain.cases.case import TOWN_ZONE, CaseKind, stream_of
from domain.cases.cycle.commands import OpenCycle
from domain.cases.registry import GOVERNED
from domain.policy.document import Policy
from domain.roster.books import CALENDAR, POLICY, ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post
from domain.roster.standing import AdoptPolicy
from domain.roster.state import RosterState

_STAFF = Actor(id="s01", role=Role.STAFF)
_TOWN_FILE = Path(__file__).resolve().parent.parent / "examples" / "town.yaml"


async def load_demo(desk: Desk) -> None:
    """Load the sample town and its year. Left alone when the data folder holds a real town."""
    kept = set(await desk.store.streams(desk.town)) - {CALENDAR.stream}
    if demo_town(desk.settings) is None and kept:
        warn("数据文件夹里已有数据，不载入示例镇；想看示例请用 JIANDU_DATA_DIR 指定一个新文件夹。")
        return
    step("载入示例镇（已载入的不会重复）")
    name, roster = _town()
    mark_demo(desk.settings, name)
    today = datetime.now(UTC).astimezone(TOWN_ZONE).date()
    await desk.write(ROSTER, roster, _STAFF, "demo:roster")
    await desk.write(POLICY, AdoptPolicy(policy=Policy(), note="示例镇采用默认制度"), _STAFF, "demo:policy")
    await _year(desk, today.year, today)


async def _year(desk: Desk, year: int, today: date) -> None:
    roster = await desk.roster()
    await _open_cycle(desk, year, today, roster)
    acts = 0
    for each in story(year, today, _poll_items(year, today, roster)):
        acts += await _play(desk, year, each)
    word = f"新办 {acts} 个事项" if acts else "此前已载入"
    done(f"示例镇就绪：{len(roster.active_deputies)} 名代表、{len(roster.posts(today))} 个测评对象，{word}。")


async def _open_cycle(desk: Desk, year: int, today: date, roster: RosterState) -> None:
    opening = OpenCycle(year=year, subjects=roster.posts(today), deputies=len(roster.active_deputies))
    try:
        await desk.cases.start(
            CaseKind.CYCLE,
            str(year),
            opening,
            actor=_STAFF,
            command_id=f"demo:{year}:open",
            policy=await desk.policy(),
            calendar=await desk.calendar(),
        )
    except Refusal as refusal:
        if refusal.code != "already_open":
            raise
        say(f"  {year} 年度周期此前已启动。")


async def _play(desk: Desk, year: int, each: Step) -> int:
    """Do an act of the story; 1 when it is new. One that the year has grown past is said and left out."""
    command_id = f"demo:{year}:{each.key}"
    known = {command.act: command for command in GOVERNED[each.kind].commands}
    command = known[each.act].model_validate(each.fields)
    try:
        receipt = await desk.cases.act(each.kind, each.case_id, command, actor=each.actor, command_id=command_id)
    except Refusal as refusal:
        say(f"  略过 {stream_of(each.kind, each.case_id)} {each.act}：{refusal.message}")
        return 0
    return 0 if receipt.repeated else 1


def _poll_items(year: int, today: date, roster: RosterState) -> list[dict[str, Any]]:
    items = []
    for subject in POLLED:
        recused = len(roster.recused(subject, today))
        entitled = len(roster.active_deputies) - recused
        items.append(
            {
                "subject": subject,
                "case_kind": CaseKind.APPRAISAL.value,
                "case_id": f"{year}-{subject}",
                "entitled": entitled,
                "recused": recused,
            }
        )
    return items


def _town() -> tuple[str, ImportRoster]:
    try:
        data = yaml.safe_load(_TOWN_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Failure(f"找不到示例镇的名册 {_TOWN_FILE}。", "从完整的源代码目录运行 jiandu up --demo。") from error
    return data["town"], ImportRoster(
        deputies=tuple(Deputy.model_validate(each) for each in data["deputies"]),
        subjects=tuple(Post.model_validate(each) for each in data["posts"]),
    )
