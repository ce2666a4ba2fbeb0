"""Tags in templates: what they may be, and which of them nobody knows.

A template of a town is not trusted: it may name facts, repeat over a list and leave out what is empty, and nothing
else. That is checked on its syntax tree before anything is rendered, and rendering happens in Jinja's sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.papers.facts import Tag

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
_LOOP = ("index", "first", "last")
N = TypeVar("N", bound=nodes.Node)


@lru_cache(maxsize=1)
def plain_environment() -> ImmutableSandboxedEnvironment:
    """For texts that are no markup."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=1)
def word_environment() -> ImmutableSandboxedEnvironment:
    """For the XML of a Word file: what people wrote is escaped."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def faults_of(source: str, tags: tuple[Tag, ...]) -> list[str]:
    """What is wrong with the tags of a template, each in Chinese; nothing when all is well."""
    try:
        tree = plain_environment().parse(source)
    except TemplateSyntaxError as error:
        return [f"标记写法有误：{error.message}"]
    return list(dict.fromkeys(_faults(tree, {each.name: each for each in tags}, {})))


def _faults(node: nodes.Node, known: Mapping[str, Tag], items: Mapping[str, Tag]) -> Iterator[str]:
    """`items`: names of loops' items, with the list that they go through."""
    if not isinstance(node, _ALLOWED):
        yield f"不能用这种写法：{type(node).__name__}（只能写事实的名称、for 循环和 if 条件）"
        return
    match node:
        case nodes.For():
            yield from _loop(node, known, items)
            return
        case nodes.Getattr(node=nodes.Name(name=name), attr=attribute):
            if name == "loop":
                if attribute not in _LOOP:
                    yield f"没有标记 loop.{attribute}"
            elif name not in items:
                yield f"没有标记 {name}.{attribute}" if name in known else f"没有标记 {name}"
            elif attribute not in {each.name for each in items[name].items}:
                yield f"没有标记 {name}.{attribute}（{items[name].name} 中没有 {attribute}）"
            return
        case nodes.Name(name=name):
            if name not in known and name != "no":
                yield f"没有标记 {name}"
            return
    for child in node.iter_child_nodes():
        yield from _faults(child, known, items)


def _loop(node: nodes.For, known: Mapping[str, Tag], items: Mapping[str, Tag]) -> Iterator[str]:
    if not isinstance(node.iter, nodes.Name) or not isinstance(node.target, nodes.Name) or node.test is not None:
        yield "循环应写成 {%tr for item in 列表名 %}"
        return
    listed = known.get(node.iter.name)
    if listed is None or not listed.items:
        yield f"没有列表 {node.iter.name}"
        return
    inner = {**items, node.target.name: listed}
    for child in (*node.body, *node.else_):
        yield from _faults(child, known, inner)
