"""A scenario as a YAML file that people can read: a line for each subject, step, part of a report and row of scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def written(value: dict[str, Any]) -> str:
    """The scenario as YAML."""
    lines = ["# 城关镇三年全周期：46 个对象、60 名代表。由 full_town.py 生成，请改那里，不要改这里。"]
    for key, part in value.items():
        if key == "cycles":
            lines.append("cycles:")
            for cycle in part:
                lines.extend(_cycle(cycle))
        elif isinstance(part, list):
            lines.append(f"{key}:")
            lines.extend(f"  - {_flow(item)}" for item in part)
        else:
            lines.append(f"{key}: {_flow(part)}")
    return "\n".join(lines) + "\n"


def _cycle(cycle: dict[str, Any]) -> Iterator[str]:
    yield f"  - year: {cycle['year']}"
    yield f"    opens: {cycle['opens']}"
    for key, nested in (("heads", None), ("proposals", "steps"), ("duty_reports", None)):
        if key not in cycle:
            continue
        yield f"    {key}:"
        for item in cycle[key]:
            if nested is None and key == "heads":
                yield f"      - {_flow(item)}"
                continue
            for index, (name, part) in enumerate(item.items()):
                lead = "      - " if index == 0 else "        "
                if name == nested:
                    yield f"{lead}{name}:"
                    yield from (f"          - {_flow(each)}" for each in part)
                else:
                    yield f"{lead}{name}: {_flow(part)}"
    year_end = cycle["year_end"]
    yield "    year_end:"
    yield f"      date: {year_end['date']}"
    if "decide_last" in year_end:
        yield f"      decide_last: {_flow(year_end['decide_last'])}"
    yield "      scores:"
    yield from (f"        {subject}: {_flow(marks)}" for subject, marks in year_end["scores"].items())


def _flow(value: Any) -> str:
    text = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")
