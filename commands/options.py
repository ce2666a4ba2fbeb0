"""Options and words that all groups of subcommands share."""

from __future__ import annotations

from typing import Annotated

import typer

EXIT_CODES = "退出码 Exit codes: 0 成功 ok · 1 失败 failure · 2 输入无效 invalid input"

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取 · print JSON for programs")]
