"""Pictures: the option, the table under it and the drawing say the same figures."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import web
from documents.charts.appraising import grades_picture, subject_rates_picture
from documents.charts.drawing import png, svgs
from documents.charts.picture import WIDTH, Picture
from documents.charts.year import pictures_of_year, subject_ranks_picture
from tests.documents.known_year import AGAIN, BEFORE, SMALL, STATION, WINDOW, YEAR

_ASSETS = Path(web.__file__).parent
PICTURES = {each.key: each for each in pictures_of_year(YEAR, {})}


def numbers(picture: Picture, name: str) -> list[int | None]:
    """The values of a series."""
    series = next(each for each in picture.option["series"] if each["name"] == name)
    return [each["value"] if isinstance(each, dict) else each for each in series["data"]]


def column(picture: Picture, heading: str) -> list[str]:
    """A column of the table."""
    index = picture.headings.index(heading)
    return [row[index] for row in picture.rows]


def test_the_vendored_files_are_those_of_the_manifest_and_the_lock() -> None:
    vendor = _ASSETS / "static" / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
    found = {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in manifest["files"]}
    assert found == manifest["files"]
    locked = json.loads((_ASSETS / "assets" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package in manifest["packages"]:
        entry = locked[f"node_modules/{package['name']}"]
        assert (entry["version"], "resolved" in entry) == (package["version"], False)


@pytest.mark.parametrize(
    ("key", "series"),
    [
        ("stages", ("已办结", "在办", "逾期")),
        ("turnout", ("应到", "实到", "发出", "收回")),
        ("grades-lyz-2026", ("优秀", "称职", "基本称职", "不称职", "弃权", "无效")),
    ],
)
def test_the_table_holds_the_numbers_that_are_drawn(key: str, series: tuple[str, ...]) -> None:
    picture = PICTURES[key]
    for name in series:
        drawn = ["" if number is None else str(number) for number in numbers(picture, name)]
        assert drawn == column(picture, name)


def test_the_case_of_the_rules_prints_its_rate_with_its_basis() -> None:
    picture = PICTURES["grades-lyz-2026"]
    assert column(picture, "称职率")[0] == "60.78%"
    assert (column(picture, "称职票")[0], column(picture, "口径票数")[0]) == ("31", "51")
    assert "口径：有效票" in picture.about
    assert column(picture, "项目") == ["综合评价", "思想品德", "工作能力", "工作作风", "工作实绩", "廉洁自律"]


def test_a_small_group_is_not_broken_down() -> None:
    assert grades_picture(SMALL).empty
    assert "grades-sbs-2026" not in PICTURES
    assert "社保所" in column(PICTURES["rates"], "对象")


def test_rates_say_whether_they_pass_and_a_revote_stands_apart() -> None:
    cells = PICTURES["rates"].option["series"][0]["data"]
    said = {each["name"].split("：")[0]: each["label"]["formatter"] for each in cells}
    assert said["林业站 2026"] == "60.78% 合格"
    assert said["卫生院窗口 2026"] == "58.33% 不合格"
    assert said["卫生院窗口 2026 重测"] == "83.33% 合格"
    assert [each["label"]["formatter"].split()[0] for each in cells] == column(PICTURES["rates"], "称职率")


def test_a_place_is_told_with_its_movement() -> None:
    picture = PICTURES["ranking-station"]
    assert column(picture, "升降") == ["升 2 位", "持平", "上年无排名", "降 3 位"]
    labels = [each["label"]["formatter"] for each in picture.option["series"][0]["data"]]
    assert labels[3] == "160.25　降 3 位　末位"
    assert [label.split("　")[0] for label in labels] == column(picture, "总分")


def test_a_day_has_the_colour_of_its_most_urgent_case() -> None:
    days = {each["value"][0]: each for each in PICTURES["deadlines"].option["series"][0]["data"]}
    assert days["2026-10-12"]["label"]["formatter"] == "2"
    pieces = {each["value"]: each["label"] for each in PICTURES["deadlines"].option["visualMap"]["pieces"]}
    assert pieces[days["2026-10-12"]["value"][1]] == "逾期"
    assert pieces[days["2026-12-07"]["value"][1]] == "七天内到期"


def _labels(option: dict[str, Any]) -> set[str]:
    """What must be readable in the drawing: axes' names, series' names of a legend, labels that an item has itself."""
    axes = [option[axis] for axis in ("xAxis", "yAxis") if axis in option]
    said = {name for axis in axes for name in axis.get("data", [])}
    said |= {each["name"] for each in option["series"]} if "legend" in option else set()
    items = [each for series in option["series"] for each in series["data"] if isinstance(each, dict)]
    return said | {each["label"]["formatter"] for each in items if "formatter" in each.get("label", {})}


async def test_the_drawing_holds_every_label_and_leaves_the_loop_free() -> None:
    drawn = [
        *PICTURES.values(),
        subject_rates_picture([BEFORE, STATION, WINDOW, AGAIN], "林业站"),
        subject_ranks_picture(YEAR.ranked[:1], "林业站"),
    ]
    task = asyncio.create_task(asyncio.to_thread(svgs, drawn))
    turns = 0
    while not task.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 1
    for picture, svg in zip(drawn, await task, strict=True):
        said = {"".join(each.itertext()) for each in ET.fromstring(svg).iter() if each.tag.endswith("text")}
        assert _labels(picture.option) <= said, picture.key


def test_a_png_is_drawn_twice_as_sharp() -> None:
    picture = PICTURES["stages"]
    [svg] = svgs([picture])
    data = png(svg)
    assert data.startswith(b"\x89PNG")
    assert struct.unpack(">II", data[16:24]) == (2 * WIDTH, 2 * picture.height)
    assert len(data) > 10_000
