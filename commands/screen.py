"""What a person sees in the terminal: plain text, colour only where a terminal shows it; JSON for programs."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

LIGHTS = {"ok": ("●", "green"), "warning": ("▲", "yellow"), "error": ("✖", "red")}
"""Signs of a state; every use puts a word beside the sign."""


def say(message: str = "", *, style: str | None = None, error: bool = False) -> None:
    """Print a line. The text is taken literally."""
    stream = sys.stderr if error else sys.stdout
    if style is not None and stream.isatty():
        Console(file=stream, highlight=False, soft_wrap=True).print(Text(message, style=style))
    else:
        stream.write(message + "\n")
    stream.flush()


def step(message: str) -> None:
    """Say what is being done now."""
    say(f"→ {message}", style="cyan")


def done(message: str) -> None:
    """Say that something has succeeded."""
    say(f"✔ {message}", style="green")


def warn(message: str) -> None:
    """Say on the error stream what went wrong."""
    say(f"✖ {message}", style="bold red", error=True)


def progress(count: int, total: int, what: str) -> None:
    """Say how far a long work is: one line that is written over on a terminal, one in ten steps elsewhere."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K  {count}/{total} {what}" + ("\n" if count >= total else ""))
        sys.stdout.flush()
    elif count >= total or count % max(1, total // 10) == 0:
        say(f"  {count}/{total} {what}")


def print_json(value: Any) -> None:
    """Print a value for programs: one JSON document, UTF-8, keys in the order given."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns that line up in Chinese and in Latin script."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    for number, line in enumerate(lines):
        text = "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        say(text.rstrip(), style="bold" if number == 0 else None)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
