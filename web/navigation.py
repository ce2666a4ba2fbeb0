"""The navigation: one table of the pages that have an entry, shown to those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from domain.acts import Role
from web.accounts.concern import OFFICES


@dataclass(frozen=True)
class Entry:
    """A page of the navigation; `here` is what the page calls itself when it is shown (`Screen`)."""

    path: str
    here: str
    word: str
    home: frozenset[Role] | None = None
    """Whose page it is, where others who open it are led to a page of their own."""


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "工作",
        (
            Entry("/", "year", "年度全景", home=OFFICES),
            Entry("/todo", "todo", "待办"),
            Entry("/me", "me", "代表之家"),
            Entry("/mine", "mine", "我的事项"),
            Entry("/rectifications", "rectifications", "整改台账"),
            Entry("/yearend", "yearend", "年终考核"),
            Entry("/calendar", "calendar", "期限日历"),
            Entry("/reminders", "reminders", "催办"),
            Entry("/bulk", "bulk", "批量办理"),
        ),
    ),
    (
        "查阅",
        (
            Entry("/pictures", "pictures", "图表"),
            Entry("/papers", "papers", "文书"),
            Entry("/search", "search", "查询"),
            Entry("/audit", "audit", "办理留痕"),
            Entry("/board", "board", "公示栏"),
        ),
    ),
    (
        "设置",
        (
            Entry("/setup", "setup", "启用向导"),
            Entry("/roster/subjects", "roster", "名册"),
            Entry("/policy", "policy", "制度"),
            Entry("/workdays", "workdays", "工作日历"),
            Entry("/deputies/links", "deputies", "代表二维码"),
            Entry("/accounts", "accounts", "账号"),
            Entry("/status", "status", "运行状态"),
            Entry("/api", "api", "接口"),
        ),
    ),
)


def navigation(
    served: Collection[str], may_see: Callable[[str], bool], roles: Collection[Role] | None
) -> list[tuple[str, list[Entry]]]:
    """The groups with the entries that this installation serves (`served`: paths of routes) and that one may see.

    `roles` None: nobody has logged in because there are no accounts.
    """

    def theirs(entry: Entry) -> bool:
        return roles is None or entry.home is None or not entry.home.isdisjoint(roles)

    groups = [
        (name, [each for each in entries if each.path in served and may_see(each.path) and theirs(each)])
        for name, entries in GROUPS
    ]
    return [(name, entries) for name, entries in groups if entries]
