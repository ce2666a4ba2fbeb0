"""`jiandu papers`: which papers there are, their shipped Word templates, and what is wrong with the town's own."""

from __future__ import annotations

from pathlib import Path

from commands.outcome import Exit, invalid_input
from commands.screen import done, print_json, say, table, warn
from documents.papers import own
from documents.papers.word import template_faults
from runtime.settings import load_settings


def _folder() -> Path:
    return load_settings().data_dir / "papers"


def show(*, as_json: bool) -> int:
    """List the papers."""
    folder = _folder()
    rows = [(paper, own.has_own(folder, paper)) for paper in own.word_papers()]
    if as_json:
        print_json(
            [
                {"key": paper.key, "title": paper.title, "formats": paper.formats, "own_template": theirs}
                for paper, theirs in rows
            ]
        )
        return Exit.OK
    lines = [
        (paper.key, paper.title, "、".join(paper.formats), "本镇模板" if theirs else "自带") for paper, theirs in rows
    ]
    table(("文书键", "名称", "格式", "Word 模板"), lines)
    say(f"本镇自用的模板放在 {folder}，文件名为 文书键.docx。")
    return Exit.OK


def write_template(key: str, out: Path) -> int:
    """Write a shipped template; a file that is there already is not overwritten. Raises `Refusal`."""
    paper = own.paper_of(key)
    if out.exists():
        raise invalid_input(f"{out} 已存在，没有覆盖。", "换一个文件名，或先移走它。")
    out.write_bytes(own.shipped(paper))
    done(f"已取出“{paper.title}”的模板 {out}。")
    say(f"  改好后先核对 jiandu papers check {key}.docx，再放入 {_folder()}，或在网页“文书”中上传。")
    return Exit.OK


def check(file: Path | None, *, as_json: bool) -> int:
    """Check one file, or every template in force. Raises `Refusal` for a file that is of no paper."""
    if file is None:
        found = own.check(_folder())
    else:
        if not file.is_file():
            raise invalid_input(f"没有文件 {file}。", "请核对路径。")
        found = {file.name: template_faults(file.read_bytes(), own.paper_of(file.stem).tags)}
    wrong = {name: faults for name, faults in found.items() if faults}
    if as_json:
        print_json({"ok": not wrong, "checked": len(found), "faults": wrong})
    elif wrong:
        for name, faults in wrong.items():
            warn(f"{name}：{'；'.join(faults)}")
    else:
        done(f"{len(found)} 份模板，标记全部认识。")
    return Exit.INVALID if wrong else Exit.OK
