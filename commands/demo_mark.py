"""A note in the data folder that it holds a sample town, whose name the pages show under a strip 演示数据."""

from __future__ import annotations

from pathlib import Path

from runtime.settings import Settings


def _note(settings: Settings) -> Path:
    return settings.data_dir / "demo-town"


def mark_demo(settings: Settings, town_name: str) -> None:
    """This data folder holds the sample town."""
    _note(settings).write_text(town_name, encoding="utf-8")


def demo_town(settings: Settings) -> str | None:
    """The sample town's name; None where the data is a real town's."""
    try:
        return _note(settings).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
