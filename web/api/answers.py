"""What the API answers, as types: the OpenAPI description is made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.acts import Role
from domain.cases.case import CaseKind


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Me(_Answer):
    """Who asks. Without accounts the town's pages are open on its own machine, and so is this."""

    login: str | None = Field(examples=["zhang.san"])
    name: str = Field(examples=["张三"])
    person: str = Field(examples=["s1"])
    roles: list[Role]
    by_token: bool


class LightOf(_Answer):
    """红黄绿灯, with its word."""

    colour: str = Field(examples=["yellow"])
    word: str = Field(examples=["剩 5 天"])


class CaseAnswer(_Answer):
    """A case as lists show it. `stage` is the stored name, `stage_word` the Chinese one."""

    kind: CaseKind
    kind_word: str = Field(examples=["述职评议"])
    case_id: str = Field(examples=["2026-lys"])
    year: int = Field(examples=[2026])
    subject: str | None = Field(examples=["lys"])
    title: str = Field(examples=["2026 年林业站述职评议"])
    stage: str = Field(examples=["questions"])
    stage_word: str = Field(examples=["提问与答复"])
    open: bool
    outcome: str | None
    due: date | None
    light: LightOf
    opened_on: date
    closed_on: date | None
    version: int = Field(description="最后一条记录在本案中的序号")
    policy_version: str


class CaseList(_Answer):
    """Cases, those due first at the top. `total` counts those that the filter leaves."""

    total: int
    cases: list[CaseAnswer]


class Entry(_Answer):
    """Something that happened in a case. `body` is what was recorded, `words` the same in Chinese."""

    position: int
    version: int
    at: datetime
    what: str = Field(examples=["appraisal.report_submitted"])
    word: str = Field(examples=["述职述廉"])
    by: str = Field(examples=["测评对象 h1"])
    role: Role
    person: str
    on_behalf_of: str | None
    command_id: str
    body: dict[str, Any]
    words: dict[str, str]


class Timeline(_Answer):
    """A case's lines that the asker may read, oldest first."""

    entries: list[Entry]


class ActAnswer(_Answer):
    """An act that the asker may do in a case. `awaited`: the case waits for it. `command`: what `body` holds."""

    act: str = Field(examples=["submit_report"])
    word: str = Field(examples=["述职述廉"])
    awaited: bool
    command: dict[str, Any] = Field(description="body 的 JSON Schema（2020-12）")


class ActList(_Answer):
    """What may be done in a case. Whether it may be done now is told by foreseeing it."""

    acts: list[ActAnswer]


class Foreseeing(_Answer):
    """What an act would do; nothing was recorded."""

    events: list[dict[str, Any]] = Field(description="将记下的内容")
    follows: list[str] = Field(examples=[["本案由“待述职”转入“提问与答复”"]])
    stage: str
    due: date | None
    open: bool


class Done(_Answer):
    """What an act led to. `repeated`: it had been done under this id before, and nothing was added."""

    command_id: str
    repeated: bool
    events: list[dict[str, Any]] = Field(description="记下的事件：名称、本案序号、日志位置")
    warnings: list[str]
    version: int
    next_deadline: datetime | None


class PollLine(_Answer):
    """A subject's counts. None: not known yet."""

    name: str
    entitled: int
    present: int | None
    issued: int | None
    returned: int | None


class PollAnswer(_Answer):
    """A poll's standing: phases and how many; never who, never how."""

    poll: str
    day: str
    mode: str
    stage: str
    now: str = Field(examples=["投票"])
    members: int
    present: int | None
    issued: int
    returned: int
    over: bool
    lines: list[PollLine]
    missing: list[str]


class RectificationAnswer(_Answer):
    """A line of the board 限期整改台账."""

    case_id: str
    post: str
    responsible: str
    stage: str
    open: bool
    served_on: date | None
    plan_due: date | None
    plan_on: date | None
    first_due: date | None
    due: date | None
    extended: bool
    reported_on: date | None
    handling_proposed: bool
    light: LightOf
    working_days: int | None = Field(description="剩余工作日，含到期当日；逾期为负")


class Board(_Answer):
    """The board, overdue ones first."""

    rows: list[RectificationAnswer]


class RankAnswer(_Answer):
    """A place in a published ranking. `total` is the exact sum, `printed` as it is printed."""

    year: int
    line: str = Field(description="同一条龙排队的组")
    subject: str
    name: str
    place: int
    rank: int
    total: str = Field(examples=["168.5"])
    printed: str
    last: bool
    last_undecided: bool
    too_small: bool
    final: bool


class Rankings(_Answer):
    """Published rankings, the latest year first."""

    rows: list[RankAnswer]


class TaskAnswer(_Answer):
    """A case that waits for the asker, and the acts that it waits for."""

    case: CaseAnswer
    acts: list[str]


class Todo(_Answer):
    """待办, oldest deadline first. `ready`: cases that may be put to a poll."""

    tasks: list[TaskAnswer]
    ready: int


class DeputyAnswer(_Answer):
    """A deputy of the roster."""

    id: str
    name: str
    group: str
    active: bool


class PostAnswer(_Answer):
    """A post of the roster, with who holds it today."""

    id: str
    name: str
    kind: str
    responsible: str | None
    active: bool


class RosterAnswer(_Answer):
    """名册. Declared relatives are not part of it."""

    deputies: list[DeputyAnswer]
    posts: list[PostAnswer]


class PolicyAnswer(_Answer):
    """制度 as it is in force: all rules by their keys."""

    version: str
    policy: dict[str, Any]
    adopted: list[dict[str, Any]] = Field(description="历次采用：版本、日期")


class TrailLine(_Answer):
    """A line of the trail of acts 办理留痕."""

    position: int
    at: datetime
    person: str
    name: str
    role: Role
    on_behalf_of: str | None
    what: str
    word: str
    kind: CaseKind | None
    case_id: str
    title: str
    command_id: str


class Trail(_Answer):
    """The trail, newest first, with the end of the log: position and digest of its last event."""

    total: int
    lines: list[TrailLine]
    log_position: int
    log_digest: str


class VerificationAnswer(_Answer):
    """The last verification of the log. `running`: it goes on. `ok` None: no result."""

    running: bool
    checked: int
    total: int
    began: datetime | None
    ended: datetime | None
    ok: bool | None
    words: str
    digest: str


class NumberAnswer(_Answer):
    """A paper's number, and its case."""

    number: str
    case: CaseAnswer


class PersonAnswer(_Answer):
    """Somebody of the roster."""

    name: str
    what: str


class Results(_Answer):
    """What a search found. `more`: cases that are not listed."""

    cases: list[CaseAnswer]
    numbers: list[NumberAnswer]
    people: list[PersonAnswer]
    more: int
