"""What a row yields, and how it is shown: on the screen, as JSON, and as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import psutil
from pydantic import BaseModel, ConfigDict, computed_field

from bench.measure import Spread


class Unit(StrEnum):
    """What a figure counts; the value is shown behind it."""

    TIMES = "×"
    EVENTS = "events/s"
    APPRAISALS = "appraisals/s"
    ENVELOPES = "envelopes/s"
    STAMPS = "stamps/s"
    MILLISECONDS = "ms"
    SECONDS = "s"
    MEGABYTES = "MB"


class Figure(BaseModel):
    """Something measured, over all repetitions."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: Unit
    spread: Spread

    def text(self) -> str:
        """Median, and lowest to highest."""
        spread = self.spread
        return f"{number(spread.median)} {self.unit} ({number(spread.low)}–{number(spread.high)})"


class Goal(BaseModel):
    """A figure with the bound that its median has to keep."""

    model_config = ConfigDict(frozen=True)

    figure: Figure
    bound: float
    at_least: bool = True

    @computed_field  # type: ignore[prop-decorator]
    @property
    def met(self) -> bool:
        median = self.figure.spread.median
        return median >= self.bound if self.at_least else median <= self.bound

    def text(self) -> str:
        """The bound in words."""
        return f"{'≥' if self.at_least else '≤'} {number(self.bound)} {self.figure.unit}"


class Result(BaseModel):
    """What came of one row."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    goals: tuple[Goal, ...]
    figures: tuple[Figure, ...]
    """What the goals are made of."""
    notes: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    """Where the time goes, when a goal was missed."""

    @property
    def met(self) -> bool:
        return all(goal.met for goal in self.goals)


class Machine(BaseModel):
    """On what it was measured."""

    model_config = ConfigDict(frozen=True)

    measured_on: date
    cores: int
    memory_gb: int
    python: str
    postgres: str
    settings: dict[str, str]
    """Settings of the database that durability and speed hang on."""
    quick: bool
    repetitions: int


def this_machine(postgres: str, settings: dict[str, str], *, quick: bool, repetitions: int, today: date) -> Machine:
    """The machine that the bench runs on."""
    return Machine(
        measured_on=today,
        cores=os.cpu_count() or 1,
        memory_gb=round(psutil.virtual_memory().total / 2**30),
        python=platform.python_version(),
        postgres=postgres,
        settings=settings,
        quick=quick,
        repetitions=repetitions,
    )


def number(value: float) -> str:
    """Three significant digits, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _machine(machine: Machine) -> str:
    parts = [
        machine.measured_on.isoformat(),
        f"{machine.cores} cores",
        f"{machine.memory_gb} GB",
        f"Python {machine.python}",
        f"PostgreSQL {machine.postgres}",
        f"{machine.repetitions} repetitions",
    ]
    return " · ".join([*parts, "**quick run: too short to be trusted**"] if machine.quick else parts)


def lines(result: Result) -> list[tuple[str, str, str, str, bool]]:
    """A table line for each goal: row, what is compared, goal, result with spread, met."""
    return [(result.title, goal.figure.name, goal.text(), goal.figure.text(), goal.met) for goal in result.goals]


def document(machine: Machine, results: Sequence[Result]) -> str:
    """The text of docs/benchmarks.md."""
    text = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. Ours and the peers take turns in one run, on the same server with its",
        "default, durable settings; who begins changes each time. A figure is the median (lowest–highest) of all",
        "repetitions; a ratio is taken repetition by repetition.",
        "",
        _machine(machine),
        "",
        " · ".join(f"`{name} = {value}`" for name, value in machine.settings.items()),
        "",
        "| work | measured | goal | result | |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        text += [
            f"| {title} | {name} | {goal} | {figure} | {'met' if met else '**missed**'} |"
            for title, name, goal, figure, met in lines(result)
        ]
    for result in results:
        text += ["", f"## {result.title}", ""]
        text += [f"- {figure.name}: {figure.text()}" for figure in result.figures]
        text += [f"- {note}" for note in result.notes]
        if result.profile:
            text += ["", "Missed. Where the time goes (own, with callees, calls):", "", "```", *result.profile, "```"]
    return "\n".join(text) + "\n"
