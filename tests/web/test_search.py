"""Search: by name, number, document number and pinyin; nobody finds what is not theirs to see."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.acts import Role
from domain.cases.appraisal.commands import FileOpinions, ItemiseOpinion, OpenAppraisal, SubmitReport
from domain.cases.case import CaseKind
from domain.cases.rectification.commands import OpenRectification
from domain.roster.books import ROSTER
from domain.roster.commands import Deputy, ImportRoster
from domain.roster.posts import Post, SubjectKind
from eventstore.books import write_book
from tests.cases.examples import FAILED, LYS
from tests.web.conftest import STAFF, TOWN, Pages
from web.pinyin import sounds_like

CLINIC = Post(id="wsy", name="卫生院", kind=SubjectKind.STATION, responsible="重阳")


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("林业站", "lyz", True),
        ("林业站", "lys", False),
        ("林业站", "yz", True),
        ("林业站", "linyezhan", True),
        ("林业站", "linyez", True),
        ("林业站", "liny", True),
        ("重阳", "cy", True),
        ("重阳", "zy", True),
        ("2026 年林业站述职评议", "lyzsz", True),
        ("卫生院", "lyz", False),
    ],
)
def test_pinyin_finds_by_initials_and_spelling_in_any_reading(text: str, query: str, found: bool) -> None:
    assert sounds_like(text, query) is found


@pytest.fixture
async def town(pages: Pages) -> Pages:
    """Two appraisals, one filed, and a rectification; a roster with deputies."""
    roster = ImportRoster(
        deputies=(Deputy(id="d7", name="欧阳明"),), subjects=(LYS, CLINIC), heads_from=date(2026, 1, 1)
    )
    now = datetime.now(UTC)
    await write_book(pages.store, TOWN, ROSTER, roster, actor=STAFF, command_id="roster", now=now)
    await pages.record(CaseKind.APPRAISAL, "2026-lys", OpenAppraisal(year=2026, subject=LYS))
    await pages.record(CaseKind.APPRAISAL, "2026-lys", SubmitReport())
    await pages.record(CaseKind.APPRAISAL, "2026-lys", ItemiseOpinion(opinion_id="o1", text="加强巡护"))
    await pages.record(CaseKind.APPRAISAL, "2026-lys", FileOpinions(number="镇纪备〔2026〕12 号"))
    await pages.record(CaseKind.APPRAISAL, "2026-wsy", OpenAppraisal(year=2026, subject=CLINIC))
    await pages.record(CaseKind.RECTIFICATION, "2026-lys", OpenRectification(year=2026, subject=LYS, failed=FAILED))
    return pages


async def found(pages: Pages, query: str) -> set[str]:
    """The addresses that a search leads to."""
    text = (await pages.client.get("/search", params={"q": query})).text
    paths = ("/cases/appraisal/2026-lys", "/cases/appraisal/2026-wsy", "/cases/rectification/2026-lys", "欧阳明")
    return {path for path in paths if f'href="{path}"' in text or f">{path}<" in text}


async def test_a_case_is_found_by_name_initials_number_document_and_head(town: Pages) -> None:
    appraisal, rectification = "/cases/appraisal/2026-lys", "/cases/rectification/2026-lys"
    assert await found(town, "林业") == {appraisal, rectification}
    assert await found(town, "lyz") == {appraisal, rectification}
    assert await found(town, "appraisal/2026-lys") == {appraisal}
    assert await found(town, "〔2026〕12") == {appraisal}
    assert await found(town, "重阳") == {"/cases/appraisal/2026-wsy"}
    assert await found(town, "oym") == {"欧阳明"}
    assert await found(town, "没有这样的单位") == set()


async def test_a_deputy_finds_no_rectification_and_nobody_of_the_roster(town: Pages) -> None:
    await town.log_in(Role.DEPUTY)
    assert await found(town, "林业") == {"/cases/appraisal/2026-lys"}
    assert await found(town, "欧阳明") == set()


async def test_what_is_asked_is_shown_as_text(town: Pages) -> None:
    page = await town.client.get("/search", params={"q": "<b>%_'\x00"})
    assert page.status_code == 200
    assert "<b>%" not in page.text
