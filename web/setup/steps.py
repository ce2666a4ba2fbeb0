"""How far a town is set up: five steps, each read from what is there, so that nothing can be left half-way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.calendar import WorkCalendar, unannounced_warning
from domain.roster.books import CALENDAR, POLICY, ROSTER, TOWN
from domain.roster.standing import PolicyState
from domain.roster.state import RosterState
from web.reading import read_town_book, years
from web.site import Site


@dataclass(frozen=True)
class Step:
    """One step: what it is for, what is there, and where it is done."""

    key: str
    name: str
    why: str
    state: str
    """What is there now, in words."""
    done: bool
    acts: Sequence[tuple[str, str]]
    """Path and word of what can be done, the chief one first."""
    notice: str = ""
    """What to look at although the step is done."""


@dataclass(frozen=True)
class Setup:
    """All steps in their order."""

    steps: Sequence[Step]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return all(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first that is missing."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)


async def read_setup(site: Site, *, no_accounts: bool) -> Setup:
    """The steps of a town now."""
    today = site.today()
    named = (await read_town_book(site.engine, site.town, TOWN)).name is not None or site.town_name != site.town
    calendar = await read_town_book(site.engine, site.town, CALENDAR)
    policy = await read_town_book(site.engine, site.town, POLICY)
    roster = await read_town_book(site.engine, site.town, ROSTER)
    begun = await years(site.engine, site.town)
    return Setup(
        (
            _account(no_accounts),
            _town(site, named, calendar),
            _policy(policy),
            _roster(roster, len(roster.posts(today))),
            _cycle(begun, today.year),
        )
    )


def _account(missing: bool) -> Step:
    return Step(
        key="account",
        name="设立首个账号",
        why="先给自己设一个“镇人大工作人员”账号；此后各页都要登录才能看，办的每件事都记着是谁。",
        state="还没有账号，能打开本机页面的人都能看" if missing else "已有账号，须登录",
        done=not missing,
        acts=(("/accounts", "设立账号" if missing else "管理账号"),),
    )


def _town(site: Site, named: bool, calendar: WorkCalendar) -> Step:
    year = site.today().year
    known = {table.year for table in calendar.tables}
    name = f"镇名“{site.town_name}”" if named else "还没有填镇名"
    table = f"{year} 年放假安排{'已录入' if year in known else '还没有录入'}"
    ahead = unannounced_warning([] if year + 1 in known else [year + 1])
    return Step(
        key="town",
        name="镇名与工作日历",
        why="镇名印在页面和文书上；各项期限按工作日历里的放假和调休计算。",
        state=f"{name}；{table}",
        done=named and year in known,
        acts=((f"/workdays?year={year}#edit", f"查看和录入 {year} 年工作日历"),),
        notice=ahead or "",
    )


def _policy(policy: PolicyState) -> Step:
    if policy.adopted:
        state = f"已采用制度 {policy.current.version[:8]}，{policy.adopted[-1].on} 起"
    else:
        state = "还没有采用；未采用时按默认制度办理"
    return Step(
        key="policy",
        name="制度",
        why="合格线、口径、整改期限、权重都是可定的数。逐项看说明，与本镇办法核对后采用。",
        state=state,
        done=bool(policy.adopted),
        acts=(("/policy", "逐项核对制度"),),
    )


def _roster(roster: RosterState, posts: int) -> Step:
    deputies = len(roster.active_deputies)
    return Step(
        key="roster",
        name="名册导入",
        why="从 Excel 导入代表和测评对象：先看预览，确认后才生效，还可以撤销。",
        state=f"代表 {deputies} 名，测评对象 {posts} 个",
        done=deputies > 0 and posts > 0,
        acts=(("/roster/import", "导入名册"), ("/roster/template.xlsx", "下载模板")),
    )


def _cycle(begun: Sequence[int], year: int) -> Step:
    return Step(
        key="cycle",
        name="启动年度周期",
        why="启动后这一年按现行名册、制度和日历办理：事前审议、述职测评、年终考核。",
        state=f"已启动：{'、'.join(map(str, begun))} 年度" if begun else "还没有启动任何年度",
        done=bool(begun),
        acts=(("/", "看年度全景") if begun else ("/cycles/new", f"启动 {year} 年度"),),
    )
