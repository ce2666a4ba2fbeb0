"""Deputies, posts and who held them, declared relatives: entries that a stream without a process takes."""

from __future__ import annotations

from typing import Any

import pytest

from domain.acts import Actor, Command, Refusal, Role
from domain.events import Event
from domain.roster.book import read
from domain.roster.books import BOOKS, ROSTER
from domain.roster.commands import (
    AppointHead,
    DeclareRelative,
    Deputy,
    EnterDeputy,
    EnterSubject,
    ImportRoster,
    RetireDeputy,
    RetireSubject,
    WithdrawRelative,
)
from domain.roster.posts import Post, SubjectKind
from domain.roster.state import RosterState
from tests.cases.play import STAFF, Town, day

DEPUTY = Deputy(id="d1", name="王秀英", group="一组")
POST = Post(id="czs", name="财政所", kind=SubjectKind.STATION, responsible="w")


def roster(town: Town) -> RosterState:
    return read(ROSTER, town.stream("roster"))


def enter(town: Town, command: Command, on: str = "2025-01-02", actor: Actor = STAFF) -> list[Event]:
    return town.write(on, "roster", command, actor)


def refused(town: Town, command: Command, actor: Actor = STAFF) -> str:
    with pytest.raises(Refusal) as refusal:
        enter(town, command, actor=actor)
    return refusal.value.code


def test_deputies_are_entered_changed_retired_and_come_back() -> None:
    town = Town()
    enter(town, EnterDeputy(deputy=DEPUTY))
    assert enter(town, EnterDeputy(deputy=DEPUTY)) == []
    enter(town, EnterDeputy(deputy=DEPUTY.model_copy(update={"group": "二组"})))
    assert [deputy.group for deputy in roster(town).active_deputies] == ["二组"]
    enter(town, RetireDeputy(deputy="d1", reason="调离"))
    assert enter(town, RetireDeputy(deputy="d1", reason="调离")) == []
    assert (roster(town).active_deputies, list(roster(town).deputies)) == ((), ["d1"])
    enter(town, EnterDeputy(deputy=DEPUTY))
    assert roster(town).active_deputies == (DEPUTY,)


def test_a_posts_first_head_held_it_from_ever_and_later_ones_from_their_day() -> None:
    town = Town()
    enter(town, EnterSubject(post=POST))
    enter(town, AppointHead(subject="czs", responsible="l", from_=day("2025-08-01")))
    state = roster(town)
    assert [state.head("czs", day(each)) for each in ("2001-01-01", "2025-07-31", "2025-08-01")] == ["w", "w", "l"]
    assert [post.responsible for post in state.posts(day("2025-08-01"))] == ["l"]


def test_a_change_of_head_entered_twice_is_one() -> None:
    town = Town()
    enter(town, EnterSubject(post=POST))
    change = AppointHead(subject="czs", responsible="l", from_=day("2025-08-01"))
    assert (len(enter(town, change)), enter(town, change)) == (1, [])


def test_a_retired_post_is_not_appraised_and_is_known_still() -> None:
    town = Town()
    enter(town, EnterSubject(post=POST))
    enter(town, RetireSubject(subject="czs", reason="撤并"))
    assert (roster(town).posts(day("2025-02-01")), list(roster(town).subjects)) == ((), ["czs"])


def test_the_head_and_declared_relatives_get_no_ballot_for_that_head() -> None:
    town = Town()
    for each in ("d1", "d2", "d3"):
        enter(town, EnterDeputy(deputy=Deputy(id=each, name=each)))
    enter(town, EnterSubject(post=POST.model_copy(update={"responsible": "d3"})))
    enter(town, DeclareRelative(deputy="d1", person="d3", relation="配偶"))
    assert roster(town).recused("czs", day("2025-06-20")) == {"d1", "d3"}
    enter(town, AppointHead(subject="czs", responsible="l", from_=day("2025-06-01")))
    assert roster(town).recused("czs", day("2025-06-20")) == frozenset()


def test_a_withdrawn_declaration_recuses_nobody() -> None:
    town = Town()
    enter(town, EnterDeputy(deputy=DEPUTY))
    enter(town, EnterSubject(post=POST))
    enter(town, DeclareRelative(deputy="d1", person="w", relation="兄妹"))
    enter(town, WithdrawRelative(deputy="d1", person="w", reason="误报"))
    assert roster(town).recused("czs", day("2025-06-20")) == frozenset()
    assert refused(town, WithdrawRelative(deputy="d1", person="w", reason="误报")) == "not_declared"


def test_deputies_declare_for_themselves_only() -> None:
    town = Town()
    enter(town, EnterDeputy(deputy=DEPUTY))
    declaration = DeclareRelative(deputy="d1", person="w", relation="配偶")
    assert refused(town, declaration, Actor(id="d2", role=Role.DEPUTY)) == "not_yours"
    assert enter(town, declaration, actor=Actor(id="d1", role=Role.DEPUTY)) != []


def test_a_whole_list_enters_what_is_new_changes_what_differs_and_leaves_the_rest() -> None:
    town = Town()
    enter(town, EnterDeputy(deputy=DEPUTY))
    enter(town, EnterSubject(post=POST))
    imported = ImportRoster(
        deputies=(DEPUTY, Deputy(id="d2", name="李强")),
        subjects=(POST.model_copy(update={"name": "财政和经济发展所", "responsible": "l"}),),
        heads_from=day("2025-01-01"),
    )
    names = [event.type_name for event in enter(town, imported)]
    assert names == ["roster.deputy_entered", "roster.subject_entered", "roster.head_appointed"]
    assert enter(town, imported) == []
    assert roster(town).head("czs", day("2025-01-01")) == "l"


def test_a_whole_list_retires_the_missing_only_when_asked() -> None:
    town = Town()
    for each in ("d1", "d2"):
        enter(town, EnterDeputy(deputy=Deputy(id=each, name=each)))
    enter(town, EnterSubject(post=POST))
    kept = (Deputy(id="d1", name="d1"),)
    assert enter(town, ImportRoster(deputies=kept)) == []
    enter(town, ImportRoster(deputies=kept, retire_missing=True))
    assert [deputy.id for deputy in roster(town).active_deputies] == ["d1"]
    assert roster(town).posts(day("2025-02-01")) == ()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (RetireDeputy(deputy="zz", reason="x"), "unknown_deputy"),
        (RetireSubject(subject="zz", reason="x"), "unknown_subject"),
        (AppointHead(subject="zz", responsible="l", from_=day("2025-01-01")), "unknown_subject"),
        (EnterDeputy(deputy=DEPUTY, on=day("2025-01-03")), "in_the_future"),
    ],
)
def test_entries_that_cannot_be_are_refused(command: Command, code: str) -> None:
    assert refused(Town(), command) == code


@pytest.mark.parametrize("fault", [{"deputies": (DEPUTY, DEPUTY)}, {"subjects": (POST, POST)}])
def test_a_list_names_nobody_twice(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="重复"):
        ImportRoster(**fault)


@pytest.mark.parametrize("stream", sorted(BOOKS))
def test_no_book_takes_an_act_of_a_role_that_may_not(stream: str) -> None:
    book = BOOKS[stream]
    for command in book.commands:
        for role in set(Role) - command.by:
            with pytest.raises(Refusal) as refusal:
                book.decide(book.initial(), command.model_construct(), Actor(id="x", role=role), day("2025-01-02"))
            assert refusal.value.code == "not_allowed"
