"""`jiandu papers …`: the subcommands, declared; their bodies are in `papers.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.options import EXIT_CODES, Json
from commands.outcome import finish

papers_app = typer.Typer(
    help="文书及其 Word 模板 · Papers and their Word templates", epilog=EXIT_CODES, no_args_is_help=True
)


@papers_app.command("list", epilog=EXIT_CODES)
def list_(as_json: Json = False) -> None:
    """列出全部文书及所用的模板 · All papers, and whose template each takes."""
    from commands.papers import show

    finish(lambda: show(as_json=as_json), as_json=as_json)


@papers_app.command("template", epilog=EXIT_CODES)
def template(
    key: Annotated[str, typer.Argument(metavar="KEY", help="文书键，如 notice · the paper's key")],
    out: Annotated[Path, typer.Argument(metavar="OUT.docx", help="写到哪个文件 · the file to write")],
) -> None:
    """取出系统自带的 Word 模板，改好后放入数据文件夹的 papers · Write the shipped template to a file."""
    from commands.papers import write_template

    finish(lambda: write_template(key, out))


@papers_app.command("check", epilog=EXIT_CODES)
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="只核对这个文件（以文书键命名）· one file, named by its key")
    ] = None,
    as_json: Json = False,
) -> None:
    """核对模板中的标记 · Check that every tag of the templates is known."""
    from commands.papers import check

    finish(lambda: check(file, as_json=as_json), as_json=as_json)
