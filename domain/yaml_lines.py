"""YAML with the line of every value, so that a fault can say where it is.

Reads what people write: anchors, aliases and merge keys (`<<: *first`) are followed, duplicate keys are refused, only
plain data is made. All faults of one reading are reported together, except that a text that is no YAML has one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from domain.faults import Fault, Invalid

Path = tuple[str | int, ...]
LineOf = Callable[[Path], int | None]

_MERGE = "tag:yaml.org,2002:merge"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C one is ten times faster, where it was built

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("null", "bool", "int", "float", "str", "timestamp", "map", "seq", "merge", "value")
)


class Document(NamedTuple):
    """Data read from YAML, and the line (from 1) of any path in it."""

    data: Any
    line_of: LineOf


def no_lines(path: Path) -> int | None:
    """The line of a value that came from no file."""
    del path
    return None


def _first_line(path: Path) -> int | None:
    """The line of everything that is missing from an empty file."""
    del path
    return 1


def path_text(path: Path) -> str:
    """A path as people read it: `cycles[0].year_end.date`; the whole document is `（全文）`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "（全文）"


def read_yaml(text: str) -> Document:
    """Read one document. Raises `Invalid` with every fault found."""
    document, faults = read_yaml_with_faults(text)
    if faults:
        raise Invalid(faults)
    return document


def read_yaml_with_faults(text: str) -> tuple[Document, list[Fault]]:
    """Read one document; a value that cannot be read is None in it and among the faults, so that a caller who checks
    the rest can report everything at once. Raises `Invalid` for a text that is no YAML at all."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
        if root is None:
            return Document(None, _first_line), []
        _refuse_bomb(root)
        reader = _Reader()
        data = reader.value(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last_line = max(1, len(text.splitlines()))  # the end of a text is marked on the line after it
        line = min(mark.line + 1, last_line) if mark else None
        raise Invalid([Fault(path="（全文）", message=_syntax(error), line=line)]) from error
    except yaml.YAMLError as error:
        raise Invalid([Fault(path="（全文）", message=f"不是可读的文本：{error}", line=1)]) from error
    except RecursionError as error:
        raise Invalid([Fault(path="（全文）", message="层次过深", line=1)]) from error
    return Document(data, _Lines(root)), reader.faults


_MOST_VALUES = 500_000
"""A town of thousands of subjects over ten years has fewer; aliases of aliases reach any number in a few lines."""


def _refuse_bomb(root: Node) -> None:
    """Raises `Invalid` where following the aliases would make more values than any real document has."""
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if id(node) not in sizes:
            sizes[id(node)] = 1  # for a node within itself, which is reported later
            children = node.value if isinstance(node, SequenceNode | MappingNode) else []
            flat = children if isinstance(node, SequenceNode) else [each for pair in children for each in pair]
            sizes[id(node)] = 1 + sum(size(child) for child in flat)
        return sizes[id(node)]

    if size(root) > _MOST_VALUES:
        line = root.start_mark.line + 1
        raise Invalid([Fault(path="（全文）", message="引用（*）层层展开后内容过大，请减少嵌套引用", line=line)])


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    known = {
        "found duplicate anchor": "锚点重名",
        "found undefined alias": "引用了没有定义的锚点",
        "but found another document": "文件中有不止一份文档",
        "tab character": "缩进不能用制表符，请用空格",
        "cannot start any token": "此处的字符不能这样用（@、%、` 开头的文字要加引号，缩进不能用制表符）",
        "mapping values are not allowed": "此处不能出现冒号（文字中有冒号时要加引号）",
        "could not find expected ':'": "缺少冒号",
        "did not find expected key": "缩进或括号不对",
        "expected <block end>": "缩进或括号不对",
        "expected ',' or": "缺少逗号或右括号",
        "unknown escape character": "双引号中的反斜杠写法不对（可改用单引号）",
        "did not find expected": "缩进或括号不对",
        "not allowed in this context": "缩进不对，此处不能这样写",
        "unexpected end of stream": "引号没有配对",
    }
    for words, chinese in known.items():
        if words in problem or words in (error.context or ""):
            return f"YAML 格式错误：{chinese}"
    return f"YAML 格式错误：{problem}"


class _Reader:
    """Makes plain data of nodes; a node used twice through an alias is made once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._scalars = SafeConstructor()
        self._made: dict[int, Any] = {}
        self._open: set[int] = set()

    def value(self, node: Node, path: Path) -> Any:
        """The data of a node."""
        if id(node) in self._made:
            return self._made[id(node)]
        if id(node) in self._open:
            self._fault(path, node, "锚点引用了它自己")
            return None
        self._open.add(id(node))
        made = self._new(node, path)
        self._open.discard(id(node))
        self._made[id(node)] = made
        return made

    def _new(self, node: Node, path: Path) -> Any:
        if node.tag not in _PLAIN_TAGS:
            self._fault(path, node, f"不支持的标签 {node.tag}")
            return None
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        try:
            return self._scalars.construct_object(node, deep=True)
        except (ValueError, OverflowError, ConstructorError):  # 2025-02-30, or a number of thousands of digits
            self._fault(path, node, f"“{_shortened(node.value)}”不是有效的日期或数字")
            return None

    def _mapping(self, node: MappingNode, path: Path) -> dict[Any, Any]:
        own: dict[Any, Any] = {}
        merged: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                for source in self._merge_sources(value_node, path):
                    for key, value in source.items():
                        merged.setdefault(key, value)
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in own:
                self._fault((*path, key), key_node, "重复的键")
                continue
            own[key] = self.value(value_node, (*path, key))
        return {**merged, **own}

    def _key(self, node: Node, path: Path) -> str | int | None:
        if not isinstance(node, ScalarNode):
            self._fault(path, node, "键应为文字")
            return None
        key = self.value(node, path)
        if isinstance(key, bool):  # YAML 1.1 reads on, off, yes, no as truth values
            self._fault(path, node, f"键“{node.value}”会被读作真假值，请加引号或换名")
            return None
        if isinstance(key, str | int):
            return key
        if isinstance(key, date | datetime | float) or key is None:
            return str(node.value)
        self._fault(path, node, "键应为文字")
        return None

    def _merge_sources(self, node: Node, path: Path) -> list[dict[Any, Any]]:
        sources = node.value if isinstance(node, SequenceNode) else [node]
        if any(not isinstance(source, MappingNode) for source in sources):
            self._fault((*path, "<<"), node, "“<<”只能引用一组键值")
            return []
        made = [self.value(source, path) for source in sources]
        return [each for each in made if isinstance(each, dict)]

    def _fault(self, path: Path, node: Node, message: str) -> None:
        self.faults.append(Fault(path=path_text(path), message=message, line=node.start_mark.line + 1))


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"


class _Lines:
    """Looks up lines by walking the nodes; a path that leads nowhere has the line of its nearest ancestor."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def __call__(self, path: Path) -> int | None:
        node: Node = self._root
        line = node.start_mark.line + 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            mark, node = found
            line = mark.start_mark.line + 1
        return line


def _child(node: Node, part: str | int) -> tuple[Node, Node] | None:
    """The node at whose line a child begins (its key, or the list item) and the child itself."""
    if isinstance(node, SequenceNode):
        if isinstance(part, int) and 0 <= part < len(node.value):
            item: Node = node.value[part]
            return item, item
        return None
    if not isinstance(node, MappingNode):
        return None
    merges: list[Node] = []
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE:
            merges += value_node.value if isinstance(value_node, SequenceNode) else [value_node]
        elif isinstance(key_node, ScalarNode) and key_node.value == str(part):
            return key_node, value_node
    for merge in merges:
        if (found := _child(merge, part)) is not None:
            return found
    return None
