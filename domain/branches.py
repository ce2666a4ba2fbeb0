"""What a field may hold: the branches of its annotation. Forms and the command line ask for the same."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin


def branches(annotation: Any) -> tuple[Any, ...]:
    """The types of a union, what is annotated without its annotations; `NoneType` is one where a field is optional."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return branches(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(branch for each in get_args(annotation) for branch in branches(each))
    return (annotation,)
