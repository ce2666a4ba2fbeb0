"""YAML with lines: anchors and merge keys, duplicates, and text that is no YAML."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from domain.faults import Invalid
from domain.yaml_lines import path_text, read_yaml, read_yaml_with_faults

CYCLES = """\
cycles:
  - year: 2024
    year_end: &first
      date: 2024-12-20
      scores: {a: 1}
  - year: 2025
    year_end:
      <<: *first
      date: 2025-12-22
"""


def faults(text: str) -> list[tuple[str, int | None, str]]:
    with pytest.raises(Invalid) as caught:
        read_yaml(text)
    return [(fault.path, fault.line, fault.message) for fault in caught.value.faults]


def test_merge_keys_give_what_is_not_written() -> None:
    data, _ = read_yaml(CYCLES)
    assert data["cycles"][1]["year_end"] == {"date": date(2025, 12, 22), "scores": {"a": 1}}
    assert data == yaml.safe_load(CYCLES)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("cycles",), 1),
        (("cycles", 0), 2),
        (("cycles", 0, "year_end", "date"), 4),
        (("cycles", 1, "year_end", "date"), 9),
        (("cycles", 1, "year_end", "scores", "a"), 5),  # merged: where it is written
        (("cycles", 1, "year_end", "decide_last"), 7),  # missing: its nearest ancestor
        (("cycles", 9, "year"), 1),
        (("elsewhere",), 1),
    ],
)
def test_the_line_of_a_path(path: tuple[str | int, ...], line: int) -> None:
    assert read_yaml(CYCLES).line_of(path) == line


def test_several_sources_merge_in_order_and_own_keys_win() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\n"
    assert read_yaml(text).data["c"] == {"x": 1, "y": 1, "z": 3}


def test_all_duplicates_and_bad_values_are_named_together() -> None:
    text = "a: 1\nb:\n  c: 1\n  c: 2\na: 2\nd: 2025-02-30\n"
    assert [(path, line) for path, line, _ in faults(text)] == [("b.c", 4), ("a", 5), ("d", 6)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "右括号"),
        ("a: [1, 2", 1, "YAML 格式错误"),
        ("a: 1\n\tb: 2\n", 2, "制表符"),
        ("a: *nothing", 1, "没有定义的锚点"),
        ("a: 1\n---\nb: 2\n", 2, "不止一份"),
        ("a: b: c", 1, "冒号"),
        ("a: !!python/object:os.system {}", 1, "不支持的标签"),
        ("on: 2025-01-01", 1, "真假值"),
        ("? [a]\n: 1", 1, "键应为文字"),
        ("a: &a [*a]", 1, "它自己"),
        ("a:\n  <<: 3\n", 2, "只能引用一组键值"),
        ("a: 2025-13-01", 1, "不是有效的日期"),
        (f"a: {'9' * 5000}", 1, "不是有效的日期或数字"),
        ("a: \x00", None, "不是可读的文本"),
        ("[" * 5000, None, ""),
    ],
)
def test_what_is_no_plain_yaml(text: str, line: int | None, words: str) -> None:
    [(_, found, message), *_] = faults(text)
    assert words in message
    if line is not None:
        assert found == line


def test_nothing_is_nothing() -> None:
    assert read_yaml("# only a comment\n").data is None


@pytest.mark.parametrize(
    ("path", "text"),
    [(("cycles", 0, "year_end", "date"), "cycles[0].year_end.date"), ((), "（全文）"), ((3, "a"), "[3].a")],
)
def test_paths_as_people_read_them(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(categories=["L", "N", "P"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_plain_data_is_read_as_yaml_reads_it(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert read_yaml(text).data == yaml.safe_load(text)


@given(
    st.lists(st.sampled_from([*"abn01-:?,[]{}&*!|>'\"%@#<\n\t ", "<<: ", "\n  ", "- ", ": ", "&a ", "*a", "2025-1-1"]))
)
def test_any_text_is_data_or_invalid(pieces: list[str]) -> None:
    """Whatever is written, the reader answers with data or with faults; no other error gets out."""
    text = "".join(pieces)
    try:
        document, found = read_yaml_with_faults(text)
    except Invalid as invalid:
        document, found = None, invalid.faults
    assert document is not None or found
    assert all(fault.line is None or 1 <= fault.line <= max(1, len(text.splitlines())) for fault in found)


def test_aliases_of_aliases_are_refused_before_they_are_followed() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(Invalid, match="内容过大"):
        read_yaml("\n".join(layers))


def test_an_empty_file_has_a_first_line() -> None:
    assert read_yaml("").line_of(()) == 1
