"""整改台账 as a paper: the board of rectifications of a year, of no single case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from documents.papers.case_file import CaseFile
from documents.papers.facts import Facts, day, tag
from documents.papers.layout import Column, Layout, Signatures, Style, Table, Text
from documents.papers.of_cases.common import CONGRESS
from documents.papers.paper import Paper


@dataclass(frozen=True)
class LedgerRow:
    """A rectification on the ledger."""

    post: str = tag("整改单位或岗位")
    responsible: str = tag("负责人")
    stage: str = tag("阶段")
    served_on: str = tag("通知送达")
    plan_on: str = tag("方案报送")
    due: str = tag("整改期限")
    extended: str = tag("延期")
    reported_on: str = tag("报告日期")
    light: str = tag("红黄绿灯")
    handling: str = tag("组织处理")


@dataclass(frozen=True)
class LedgerFacts(Facts):
    """The ledger."""

    count: str = tag("件数")
    rows: tuple[LedgerRow, ...] = tag("整改事项", ())


def ledger_facts(town: str, year: int | None, today: date, rows: Sequence[LedgerRow]) -> LedgerFacts:
    """The facts of the ledger from the rows of the board."""
    return LedgerFacts(
        town=town,
        issuer=f"{town}{CONGRESS}",
        title=LEDGER.title,
        dated=day(today),
        year="" if year is None else str(year),
        count=str(len(rows)),
        rows=tuple(rows),
    )


def _of_no_case(paper: Paper, case: CaseFile) -> Facts:
    raise ValueError(f"{paper.key} is made of the board, not of {case.case_id}")


LEDGER = Paper(
    key="ledger",
    title="限期整改台账",
    purpose="全部限期整改的一览表，取自整改台账页面。",
    kinds=(),
    facts=LedgerFacts,
    layout=Layout(
        "{{ town }}限期整改台账",
        (
            Text("{% if year %}{{ year }} 年度　{% endif %}共 {{ count }} 件　统计日期：{{ dated }}", Style.PLAIN),
            Table(
                "rows",
                (
                    Column("序号", "{{ no }}", 0.5),
                    Column("单位", "{{ item.post }}", 1.9),
                    Column("负责人", "{{ item.responsible }}", 1.1),
                    Column("阶段", "{{ item.stage }}", 1.2),
                    Column("通知送达", "{{ item.served_on }}", 1.3),
                    Column("方案", "{{ item.plan_on }}", 1.3),
                    Column("整改期限", "{{ item.due }}", 1.3),
                    Column("延期", "{{ item.extended }}", 0.8),
                    Column("报告", "{{ item.reported_on }}", 1.3),
                    Column("灯", "{{ item.light }}", 0.9),
                    Column("组织处理", "{{ item.handling }}", 0.9),
                ),
            ),
            Signatures(("填表人（签名）", "审核人（签名）")),
        ),
        wide=True,
    ),
    build=_of_no_case,
    ready=lambda case: False,
)
