"""案卷目录: what lies in a case's file, from the log itself; of every kind of case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Form, Layout, Signatures, Style, Table, Text
from documents.papers.of_cases.common import common
from documents.papers.paper import Paper
from domain.cases.case import TOWN_ZONE, CaseKind
from domain.events import Recorded


@dataclass(frozen=True)
class EntryFacts:
    """An entry of the file."""

    what: str = tag("事项")
    on: str = tag("日期")
    by: str = tag("办理人的角色")
    paper: str = tag("所附纸件")
    log: str = tag("日志号")


@dataclass(frozen=True)
class NumberFacts:
    """A paper that has a number."""

    title: str = tag("文书名称")
    number: str = tag("文号")
    on: str = tag("编号日期")


@dataclass(frozen=True)
class ContentsFacts(Facts):
    """A case's file."""

    case_title: str = tag("案件名称")
    entries: tuple[EntryFacts, ...] = tag("案卷内的事项", ())
    numbered: tuple[NumberFacts, ...] = tag("已编号的文书", ())


def build(paper: Paper, case: CaseFile) -> ContentsFacts:
    """What lies in the file, oldest first."""
    from documents.papers.catalogue import PAPERS

    numbered = [
        NumberFacts(PAPERS[key].title if key in PAPERS else key, number.printed, day(number.on))
        for key, number in case.numbers.items()
    ]
    return ContentsFacts(
        **common(paper, case),
        case_title=case.title,
        entries=tuple(_entry(each, case.words) for each in case.all_events),
        numbered=tuple(numbered),
    )


def _entry(recorded: Recorded, words: Mapping[str, str]) -> EntryFacts:
    name, role = recorded.event.type_name, recorded.metadata.actor.role.value
    body = recorded.event.body()
    on = recorded.metadata.business_time.astimezone(TOWN_ZONE).date()
    said = body.get("on")
    return EntryFacts(
        what=words.get(name, name),
        on=said if isinstance(said, str) else on.isoformat(),
        by=words.get(role, role),
        paper=str(body.get("paper") or body.get("number") or ""),
        log=str(recorded.position),
    )


CONTENTS = Paper(
    key="contents",
    title="案卷目录",
    purpose="归档时列出案卷内的全部事项和文书，与事件日志逐条对应。",
    kinds=tuple(CaseKind),
    facts=ContentsFacts,
    layout=Layout(
        "案卷目录",
        (
            Form(((("案件", "{{ case_title }}"),), (("案件编号", "{{ case_id }}"), ("年度", "{{ year }}")))),
            Table(
                "entries",
                (
                    Column("序号", "{{ no }}", 0.6),
                    Column("事项", "{{ item.what }}", 2.4),
                    Column("日期", "{{ item.on }}", 1.3),
                    Column("办理", "{{ item.by }}", 1.5),
                    Column("纸件", "{{ item.paper }}", 1.8),
                    Column("日志号", "{{ item.log }}", 0.8),
                    Column("页码", "", 0.7),
                ),
                heading="一、办理事项",
                spare=2,
            ),
            Table(
                "numbered",
                (
                    Column("序号", "{{ no }}", 0.6),
                    Column("文书", "{{ item.title }}", 3),
                    Column("文号", "{{ item.number }}", 3),
                    Column("日期", "{{ item.on }}", 1.6),
                    Column("页码", "", 0.8),
                ),
                heading="二、编号文书",
                when="numbered",
            ),
            Text("立卷日期：{{ dated }}", Style.PLAIN),
            Signatures(("立卷人（签名）", "检查人（签名）")),
        ),
    ),
    build=build,
    ready=lambda case: bool(case.all_events),
    formats=("docx", "pdf", "xlsx"),
)
