"""Two teams with different shares open the same box: equal results are published, anything else is refused in words."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from ballotbox.offices import BoxContents
from ballotbox.secret.contents import Contents
from ballotbox.secret.encoding import canonical
from ballotbox.secret.log import sign_checkpoint
from ballotbox.secret.manifest import Poll
from ballotbox.secret.publication import Published, publish
from ballotbox.secret.slips import Slip, SlipRefused
from ballotbox.secret.statements import sign_statement
from ballotbox.secret.teams import Combined, Team, TeamResult, combine, open_as_team
from ballotbox.secret.verify import verify_folder
from domain.acts import Refusal
from domain.policy.document import AppraisalPolicy
from tests.ballotbox.secret.conftest import Finished
from tests.ballotbox.secret.scripted import DEPUTIES, ScriptedPoll, void_poll
from tests.ballotbox.secret.test_verify_paper import PAPER, mixed_poll


def contents_of(poll: ScriptedPoll, witnesses: tuple[int, ...] = (1, 3, 5), leaves: int | None = None) -> Contents:
    """The closed box as it goes to the opening."""
    kept = poll.box.leaves[:leaves]
    signers = (poll.dealt.log, *(poll.dealt.witnesses[n] for n in witnesses))
    box = BoxContents(kept, poll.box.ciphertexts, sign_checkpoint(poll.poll, poll.box.leaves, *signers))
    present = {subject: len(set(DEPUTIES) - recused) for subject, recused in poll.poll.recused.items()}
    return Contents.of(box, DEPUTIES, present)


def slips_of(poll: ScriptedPoll, *numbers: int) -> list[Slip]:
    return [poll.dealt.slips[n] for n in numbers]


def root(poll: ScriptedPoll) -> bytes:
    return contents_of(poll).log.root


@pytest.fixture(scope="module")
def contents(finished: Finished) -> Contents:
    return Contents.from_bytes(contents_of(finished.poll).to_bytes())


@pytest.fixture(scope="module")
def results(finished: Finished, contents: Contents) -> tuple[TeamResult, TeamResult]:
    return (
        open_as_team(contents, slips_of(finished.poll, 1, 2, 3), 1),
        open_as_team(contents, slips_of(finished.poll, 5, 4, 2), 2),
    )


@pytest.fixture(scope="module")
def void() -> ScriptedPoll:
    """A poll that is void since the issuers' lists are shorter than the box is full."""
    poll = void_poll()
    poll.box.close()
    return poll


def refused(poll: Poll, log_root: bytes, first: TeamResult, second: TeamResult) -> str:
    with pytest.raises(Refusal) as caught:
        combine(poll, AppraisalPolicy().model_dump_json().encode(), log_root, first, second)
    return caught.value.code


def test_what_two_teams_publish_verifies(
    finished: Finished, results: tuple[TeamResult, TeamResult], tmp_path: Path
) -> None:
    read = [TeamResult.from_bytes(result.to_bytes()) for result in results]
    combined = combine(finished.poll.poll, finished.poll.facts.policy, root(finished.poll), read[1], read[0])
    assert combined.phase == "published"
    assert combined.files["slices.jsonl"] == (finished.folder / "slices.jsonl").read_bytes()
    assert combined.files["tally.json"] == (finished.folder / "tally.json").read_bytes()
    folder = tmp_path / "folder"
    folder.mkdir()
    for file in finished.folder.iterdir():
        (folder / file.name).write_bytes(combined.files.get(file.name, file.read_bytes()))
    assert verify_folder(folder) == []


def test_every_triple_of_slips_gives_the_same_root(finished: Finished, contents: Contents) -> None:
    roots = set()
    for triple in combinations(range(1, 6), 3):
        result = open_as_team(contents, slips_of(finished.poll, *triple), 1)
        roots.add(result.lines)
    assert len(roots) == 1


@pytest.mark.parametrize("numbers", [(1, 2), (1, 2, 2), (1, 2, 3, 4)])
def test_a_team_has_three_different_slips(finished: Finished, contents: Contents, numbers: tuple[int, ...]) -> None:
    with pytest.raises(Refusal, match="three_slips"):
        open_as_team(contents, slips_of(finished.poll, *numbers), 1)


def test_another_polls_slip_opens_nothing(finished: Finished, contents: Contents, stamped: ScriptedPoll) -> None:
    with pytest.raises(SlipRefused, match="第 3 号密钥条不是本次测评的"):
        open_as_team(contents, [*slips_of(finished.poll, 1, 2), *slips_of(stamped, 3)], 1)


def test_a_box_without_its_witnesses_is_not_opened(finished: Finished) -> None:
    with pytest.raises(Refusal, match="too_few_witnesses"):
        open_as_team(contents_of(finished.poll, (1, 2)), slips_of(finished.poll, 1, 2, 3), 1)


def test_a_log_that_is_not_its_checkpoints_is_not_opened(finished: Finished) -> None:
    with pytest.raises(Refusal, match="wrong_checkpoint"):
        open_as_team(contents_of(finished.poll, leaves=-1), slips_of(finished.poll, 1, 2, 3), 1)


def test_another_roster_or_impossible_numbers_are_not_signed(finished: Finished, contents: Contents) -> None:
    slips = slips_of(finished.poll, 1, 2, 3)
    with pytest.raises(Refusal, match="wrong_roster"):
        open_as_team(contents.model_copy(update={"roster": DEPUTIES[:-1]}), slips, 1)
    for present in ({"czs": 12, "lys": 12, "zhs": 12}, {"czs": 11, "lys": 11, "zhs": 12}, {}):
        with pytest.raises(Refusal, match="impossible_attendance"):
            open_as_team(contents.model_copy(update={"present": present}), slips, 1)


def test_a_lost_ciphertext_opens_nothing(finished: Finished, contents: Contents) -> None:
    short = contents.model_copy(update={"ciphertexts": contents.ciphertexts[1:]})
    with pytest.raises(Refusal, match="ciphertext_missing"):
        open_as_team(short, slips_of(finished.poll, 1, 2, 3), 1)


def test_the_same_shares_twice_prove_nothing(
    finished: Finished, contents: Contents, results: tuple[TeamResult, TeamResult]
) -> None:
    again = open_as_team(contents, slips_of(finished.poll, 3, 2, 1), 2)
    assert refused(finished.poll.poll, root(finished.poll), results[0], again) == "same_shares"


def test_one_team_is_not_two(finished: Finished, results: tuple[TeamResult, TeamResult]) -> None:
    assert refused(finished.poll.poll, root(finished.poll), results[0], results[0]) == "one_team"


def test_results_that_differ_are_refused(finished: Finished, results: tuple[TeamResult, TeamResult]) -> None:
    poll, first, second = finished.poll.poll, *results
    assert first.tally is not None
    assert second.opening is not None
    told = first.tally.model_copy(deep=True)
    told.subjects["czs"].questions["overall"]["excellent"] += 1
    assert refused(poll, root(finished.poll), first.model_copy(update={"tally": told}), second) == "teams_differ"
    fewer = second.model_copy(update={"lines": second.lines[:-1]})
    assert refused(poll, root(finished.poll), first, fewer) == "wrong_log"
    signers = [slip.signer for slip in slips_of(finished.poll, 2, 4, 5)]
    other = finished.poll.open((2, 4, 5))._replace(set_aside=())
    lied = second.model_copy(update={"opening": sign_statement(poll, other.statement(2, (2, 4, 5)), *signers)})
    with pytest.raises(Refusal, match="无效信封"):
        combine(poll, finished.poll.facts.policy, root(finished.poll), first, lied)
    shorter = finished.poll.open((2, 4, 5))
    shorter = shorter._replace(lines=shorter.lines[1:])
    lied = second.model_copy(
        update={
            "opening": sign_statement(poll, shorter.statement(2, (2, 4, 5)), *signers),
            "lines": second.lines[1:],
        }
    )
    with pytest.raises(Refusal, match="票面内容"):
        combine(poll, finished.poll.facts.policy, root(finished.poll), first, lied)


def test_results_of_another_log_poll_or_hand_are_refused(
    finished: Finished, stamped: ScriptedPoll, results: tuple[TeamResult, TeamResult]
) -> None:
    poll, first, second = finished.poll.poll, *results
    assert refused(poll, bytes(32), first, second) == "wrong_log"
    assert refused(stamped.poll, root(finished.poll), first, second) == "wrong_poll"
    for statement in ("close", "opening"):
        note = getattr(second, statement)
        one_signer_less = note.rstrip("\n").rpartition("\n")[0] + "\n"
        assert refused(poll, root(finished.poll), first, second.model_copy(update={statement: one_signer_less})) == (
            "not_signed"
        )


def test_a_file_that_is_not_canonical_is_no_result(results: tuple[TeamResult, TeamResult]) -> None:
    with pytest.raises(ValueError, match="canonical"):
        TeamResult.from_bytes(results[0].to_bytes() + b" ")


def test_a_teams_file_holds_no_share_and_no_key(finished: Finished, results: tuple[TeamResult, TeamResult]) -> None:
    for result in results:
        data = result.to_bytes()
        for slip in finished.poll.dealt.slips.values():
            assert slip.share.hex().encode() not in data
            assert slip.signing_seed.hex().encode() not in data
            assert slip.qr_text().encode() not in data


def test_a_void_poll_is_signed_as_void_and_never_opened(void: ScriptedPoll, tmp_path: Path) -> None:
    closed = contents_of(void).model_copy(update={"ciphertexts": ()})
    teams: dict[Team, tuple[int, int, int]] = {1: (1, 2, 3), 2: (3, 4, 5)}
    results = [open_as_team(closed, slips_of(void, *numbers), team) for team, numbers in teams.items()]
    assert all((result.opening, result.lines, result.tally) == (None, (), None) for result in results)
    combined: Combined = combine(void.poll, void.facts.policy, root(void), *results)
    assert (combined.phase, sorted(combined.files)) == ("void", ["close.note"])
    published = Published(
        poll=void.poll,
        roster=canonical(list(DEPUTIES)),
        page=void.facts.page,
        policy=void.facts.policy,
        leaves=void.box.leaves,
        checkpoint=closed.checkpoint,
        close=combined.files["close.note"].decode(),
    )
    publish(tmp_path / "folder", published)
    assert verify_folder(tmp_path / "folder") == []


def test_a_void_poll_that_somebody_opened_is_not_published(
    void: ScriptedPoll, results: tuple[TeamResult, TeamResult]
) -> None:
    closed = contents_of(void)
    one = open_as_team(closed, slips_of(void, 1, 2, 3), 1)
    two = open_as_team(closed, slips_of(void, 3, 4, 5), 2)
    assert refused(void.poll, root(void), one, two.model_copy(update={"lines": results[0].lines})) == "void_opened"


def test_in_mode_mixed_the_paper_count_is_signed_and_must_be_the_same() -> None:
    poll = mixed_poll("2026-m9")
    poll.box.close()
    without = contents_of(poll)
    with pytest.raises(Refusal, match="paper_count"):
        open_as_team(without, slips_of(poll, 1, 2, 3), 1)
    closed = without.model_copy(update={"paper": PAPER})
    one = open_as_team(closed, slips_of(poll, 1, 2, 3), 1)
    two = open_as_team(closed, slips_of(poll, 3, 4, 5), 2)
    combined = combine(poll.poll, poll.facts.policy, root(poll), one, two)
    assert {"paper.note", "table.csv", "marks.json"} <= set(combined.files)
    rows = {subject: {q: dict(codes) for q, codes in row.items()} for subject, row in PAPER.rows.items()}
    codes = rows["lys"]["overall"]
    codes["excellent"] += 1
    other = closed.model_copy(update={"paper": PAPER.model_copy(update={"rows": rows})})
    lied = open_as_team(other, slips_of(poll, 3, 4, 5), 2)
    with pytest.raises(Refusal, match="纸票计数不同"):
        combine(poll.poll, poll.facts.policy, root(poll), one, lied)
    with pytest.raises(Refusal, match="没有签署纸票的计数"):
        combine(poll.poll, poll.facts.policy, root(poll), one, two.model_copy(update={"paper": None}))
