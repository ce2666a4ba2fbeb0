"""What a witness raises the alarm about, and what people are to do then."""

from __future__ import annotations

from enum import StrEnum


class AlarmKind(StrEnum):
    """What is wrong with a log."""

    UNSIGNED = "unsigned"
    """The board shows a checkpoint that the log has not signed."""
    ROOT = "root"
    """The listed leaves do not give the checkpoint's root."""
    SHRUNK = "shrunk"
    """The log has fewer leaves than this witness has kept: an old backup was restored, or leaves were removed."""
    CHANGED = "changed"
    """A leaf that this witness has kept is another one now."""
    FORKED = "forked"
    """Another witness was shown another log."""


ADVICE = (
    "立即告诉监票人和大会主持人：票箱停止接收，任何人不要再给这份票册签名。",
    "不要删除、不要重启；把取证文件夹原样复制两份，交监票人保存。",
    "若是恢复了旧备份，请用最新的备份重新恢复，使票册接得上见证人保存的内容，再运行本程序；接不上的，宣布作废，全部改用纸票。",
)
"""What to do, line by line."""
