"""`python -m bench [ROW ...] [--quick] [--json FILE]`: measure, print, write docs/benchmarks.md.

Exit code 0 when every goal was met, 1 when one was missed. A run of some rows, or a quick one, leaves the document as
it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from bench.bench import Bench
from bench.log import FullLog
from bench.report import Machine, Result, document, lines, this_machine
from bench.rows import ROWS
from bench.servers import Servers

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
_screen = Console(stderr=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench."""
    keys = [row.key for row in ROWS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure jiandu beside its peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"only these: {', '.join(keys)}")
    parser.add_argument("--quick", action="store_true", help="few events, one repetition: shows that it runs, no more")
    parser.add_argument("--repetitions", type=int, default=3, help="of each contestant (default 3)")
    parser.add_argument("--events", type=int, default=1_000_000, help="of the long log (default 1,000,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well; - for the screen")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md even of a partial run")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.rows) - set(keys)):
        parser.error(f"no such row: {', '.join(unknown)} (there are {', '.join(keys)})")
    # The engine's and the store's log lines would be measured too.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    machine, results = asyncio.run(
        run(
            chosen.rows or keys,
            quick=chosen.quick,
            repetitions=1 if chosen.quick else chosen.repetitions,
            events=5000 if chosen.quick else chosen.events,
        )
    )
    show(results)
    if chosen.json is not None:
        text = json.dumps(
            {"machine": machine.model_dump(mode="json"), "results": [each.model_dump(mode="json") for each in results]},
            ensure_ascii=False,
            indent=2,
        )
        if str(chosen.json) == "-":
            print(text)
        else:
            chosen.json.write_text(text + "\n", encoding="utf-8")
    if chosen.write or not (chosen.rows or chosen.quick):
        DOCUMENT.write_text(document(machine, results), encoding="utf-8")
        _screen.print(f"已写入 docs/{DOCUMENT.name}")
    return 0 if all(result.met for result in results) else 1


async def run(keys: Sequence[str], *, quick: bool, repetitions: int, events: int) -> tuple[Machine, list[Result]]:
    """Measure the rows of these keys."""
    with Servers.opened() as servers:
        postgres, settings = servers.settings()
        today = datetime.now(UTC).date()
        machine = this_machine(postgres, settings, quick=quick, repetitions=repetitions, today=today)
        bench = Bench(servers, quick, repetitions, FullLog(servers, events, _say), _say)
        results = []
        for row in ROWS:
            if row.key in keys:
                _screen.print(f"→ {row.title}")
                results.append(await row.measure(bench))
        return machine, results


def show(results: Sequence[Result]) -> None:
    """Print the table of goals and results."""
    table = Table(show_lines=False)
    for heading in ("work", "measured", "goal", "result", ""):
        table.add_column(heading)
    for result in results:
        for title, name, goal, figure, met in lines(result):
            table.add_row(title, name, goal, figure, "[green]met[/]" if met else "[red]missed[/]")
    _screen.print(table)
    for result in results:
        for line in result.profile:
            _screen.print(f"  {line}", markup=False, highlight=False)


def _say(text: str) -> None:
    _screen.print(f"  {text}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
