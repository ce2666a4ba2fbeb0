"""A town's own Word templates: `<key>.docx` in a folder of its own; one that is right counts before the shipped one."""

from __future__ import annotations

from pathlib import Path

from documents.papers.catalogue import PAPERS
from documents.papers.making import SHIPPED
from documents.papers.paper import Paper
from documents.papers.word import template_faults
from domain.acts import Refusal


def word_papers() -> list[Paper]:
    """The papers that have a Word template."""
    return [paper for paper in PAPERS.values() if "docx" in paper.formats]


def paper_of(key: str) -> Paper:
    """A paper with a Word template by its key. Raises `Refusal` `unknown_paper`."""
    paper = PAPERS.get(key)
    if paper is None or "docx" not in paper.formats:
        raise Refusal("unknown_paper", f"没有名为 {key} 的文书；用 jiandu papers list 查看全部。")
    return paper


def has_own(folder: Path | None, paper: Paper) -> bool:
    """Whether the town has a template of its own for a paper."""
    return folder is not None and (folder / f"{paper.key}.docx").is_file()


def shipped(paper: Paper) -> bytes:
    """The template that came with the program."""
    return (SHIPPED / f"{paper.key}.docx").read_bytes()


def keep(folder: Path, paper: Paper, data: bytes) -> None:
    """Take a town's own template. Refused (`bad_template`) with every fault where a tag in it is not known."""
    if faults := template_faults(data, paper.tags):
        raise Refusal("bad_template", f"{paper.key}.docx（{paper.title}）不能用：" + "；".join(faults) + "。")
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f".{paper.key}.docx.new"
    written.write_bytes(data)
    written.replace(folder / f"{paper.key}.docx")


def drop(folder: Path, paper: Paper) -> None:
    """Go back to the shipped template."""
    (folder / f"{paper.key}.docx").unlink(missing_ok=True)


def check(folder: Path | None) -> dict[str, list[str]]:
    """The faults of every template in force, by file name; of a strange file in the folder, that it is of no paper."""
    found = {}
    for paper in word_papers():
        theirs = has_own(folder, paper)
        data = (folder / f"{paper.key}.docx").read_bytes() if theirs and folder is not None else shipped(paper)
        found[f"{paper.key}.docx"] = template_faults(data, paper.tags)
    if folder is not None and folder.is_dir():
        known = {f"{paper.key}.docx" for paper in word_papers()}
        for file in sorted(folder.glob("*.docx")):
            if file.name not in known and not file.name.startswith((".", "~")):
                found[file.name] = ["没有以此为名的文书；文件名应为 文书键.docx"]
    return found
