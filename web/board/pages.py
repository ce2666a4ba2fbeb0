"""公示栏: open to everybody, also as a screen for the hall. What is for deputies alone is on a page behind the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ballotbox.polls import PollKey
from domain.policy.document import BallotAudience
from web.board.published import PublicPoll
from web.board.reading import Board, public_years, read_board, read_polls
from web.rendering import Screen
from web.site import Site

HERE = "board"
ROWS = 9
"""Rows of a screen that are read from afar."""


@dataclass(frozen=True)
class Slide:
    """One screen of the hall's notice display."""

    title: str
    word: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def slides_of(board: Board) -> list[Slide]:
    """The board in screens, one after the other."""
    slides = []
    if board.ranking is not None:
        for line in board.ranking.lines:
            rows = [(str(place.rank), place.name, place.total, place.note) for place in line.places]
            title = f"{board.year} 年度双百分考核排名：{line.name}"
            slides += _parts(title, board.ranking.word, ("名次", "考核对象", "总分", ""), rows)
    if board.annulled:
        slides.append(Slide(f"{board.year} 年度双百分考核", "本年度考核结果已按规定取消", (), ()))
    plan = [
        (each.village, each.title, each.stage, f"{each.percent}%" if each.percent is not None else "")
        for each in board.proposals
    ]
    slides += _parts(f"{board.year} 年度村级议案", "村民会议决定公告及办理进度", ("村", "议案", "进展", "进度"), plan)
    for poll in board.polls:
        counts = [(each.name, each.result, each.rate or each.note) for each in poll.subjects]
        slides += _parts(f"民主测评结果 {poll.day}", poll.note or "已计票", ("对象", "结论", "称职率"), counts)
    return slides


def _parts(title: str, word: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[Slide]:
    return [Slide(title, word, headings, rows[start : start + ROWS]) for start in range(0, len(rows), ROWS)]


def board_pages(site: Site, show: Screen) -> APIRouter:
    """The routes. The guard lets everybody to `/board` and `/board/screen`, and asks who comes to `/board/inside`."""
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/board")
    async def board(request: Request, year: int | None = None) -> HTMLResponse:
        seen = await read_board(site, year)
        # Whoever looks is not known here, so neither the rooms nor the search are offered.
        return show(
            request,
            "board_public.html",
            HERE,
            board=seen,
            links=await _links(site, seen.polls),
            navigation=[],
            searchable=False,
        )

    @router.get("/board/screen")
    async def screen(request: Request, year: int | None = None, part: int = 0, stay: bool = False) -> HTMLResponse:
        seen = await read_board(site, year)
        slides = slides_of(seen)
        place = part % len(slides) if slides else 0
        return show(
            request,
            "board_screen.html",
            HERE,
            year=seen.year,
            slides=slides,
            place=place,
            following=(place + 1) % len(slides) if slides else 0,
            stay=stay,
        )

    @router.get("/board/inside")
    async def inside(request: Request, year: int | None = None) -> HTMLResponse:
        years = await public_years(site)
        wanted = year if year is not None else (years[0] if years else site.today().year)
        polls = await read_polls(site, wanted, BallotAudience.DEPUTIES)
        links = await _links(site, polls)
        return show(request, "board_inside.html", HERE, year=wanted, years=years, polls=polls, links=links)

    return router


async def _links(site: Site, polls: Sequence[PublicPoll]) -> dict[str, str]:
    """Where each poll's publication lies, by the poll: the ballots' own board, which serves the files to be checked."""
    found = {each.case_id: await site.hall_link(PollKey(site.town, each.case_id)) for each in polls}
    return {key: link for key, link in found.items() if link is not None}
