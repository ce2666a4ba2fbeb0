"""What pydantic finds wrong, said in Chinese, with the path and line of each fault.

For documents that people write: policies, scenarios. An unknown key gets the nearest known one as a suggestion.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.faults import Fault
from domain.yaml_lines import LineOf, Path, no_lines, path_text


def faults_of(
    error: ValidationError,
    line_of: LineOf = no_lines,
    prefix: Path = (),
    *,
    model: type[BaseModel] | None = None,
    data: Any = None,
) -> list[Fault]:
    """All faults of an error, by line.

    `prefix` is where in the document the validated value stands. With `model`, unknown keys get suggestions. With
    `data` (the value that was validated), parts of pydantic's locations that name a branch of a union are left out.
    """
    faults: dict[tuple[str, str], Fault] = {}
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_lies_in(other, detail) for other in details):
            continue  # pydantic counts the items without those at fault, which are reported themselves
        location = _location(detail, data, model)
        message = _unknown_key(location, model) if detail["type"] == "extra_forbidden" else _message(detail)
        path = (*prefix, *location)
        fault = Fault(path=path_text(path), message=message, line=line_of(path))
        faults.setdefault((fault.path, fault.message), fault)
    return sorted(faults.values(), key=lambda fault: fault.line or 0)


def _lies_in(inner: ErrorDetails, outer: ErrorDetails) -> bool:
    place = outer["loc"]
    return len(inner["loc"]) > len(place) and inner["loc"][: len(place)] == place


def _location(detail: ErrorDetails, data: Any, model: type[BaseModel] | None) -> Path:
    location = detail["loc"]
    if data is None:
        return location
    kept: list[str | int] = []
    current = data
    for part in location:
        if isinstance(current, Mapping) and part in current:
            current = current[part]
        elif isinstance(current, Sequence) and not isinstance(current, str) and isinstance(part, int):
            current = current[part] if part < len(current) else None
        elif not (isinstance(current, Mapping) and _is_field(part, model, tuple(kept))):
            continue  # the name of a union's branch, which stands nowhere in the file
        kept.append(part)
    return tuple(kept)


def _is_field(part: str | int, model: type[BaseModel] | None, location: Path) -> bool:
    """Whether a part that is not in the data is a field left out (missing, or at fault by its default)."""
    if model is None:
        return True
    return any(
        part in (name, field.alias) for each in _models_at(model, location) for name, field in each.model_fields.items()
    )


def known_keys(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a model accepts, as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _models_of(annotation: Any) -> list[type[BaseModel]]:
    """The models that a value of this annotation may be, looking into lists, tuples, mappings and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    origin = get_origin(annotation)
    if origin is Annotated:
        return _models_of(get_args(annotation)[0])
    if origin in (Union, types.UnionType, list, tuple, dict, Sequence, Mapping, set, frozenset):
        return [model for argument in get_args(annotation) for model in _models_of(argument)]
    return []


def _models_at(model: type[BaseModel], location: Path) -> list[type[BaseModel]]:
    models = [model]
    for part in location:
        if isinstance(part, int):
            continue
        found = []
        for candidate in models:
            for name, field in candidate.model_fields.items():
                if part in (name, field.alias):
                    found += _models_of(field.annotation)
            if not found:  # a model that takes any key says what stands there (`__pydantic_extra__`)
                found += _models_of(get_type_hints(candidate).get("__pydantic_extra__"))
        models = found or models  # a mapping's own key leads to no field
    return models


def _unknown_key(location: Path, model: type[BaseModel] | None) -> str:
    if model is None or not location:
        return "没有这一项"
    key = str(location[-1])
    here = [name for candidate in _models_at(model, location[:-1]) for name in known_keys(candidate) if name != key]
    if near := difflib.get_close_matches(key, here, n=1, cutoff=0.6):
        return f"没有“{key}”这一项，是否应为“{near[0]}”？"
    if elsewhere := [path for path in _all_paths(model) if path.rpartition(".")[2] == key]:
        return f"这里没有“{key}”这一项，是否应写在 {elsewhere[0]}？"
    return f"没有“{key}”这一项，可用的有：{'、'.join(dict.fromkeys(here))}"


def _all_paths(model: type[BaseModel], prefix: str = "", seen: tuple[type[BaseModel], ...] = ()) -> list[str]:
    if model in seen:
        return []
    paths = []
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        paths.append(path)
        for inner in _models_of(field.annotation):
            paths += _all_paths(inner, f"{path}.", (*seen, model))
    return paths


def _one_of(expected: Any) -> str:
    return str(expected).replace("'", "").replace(" or ", "、").replace(", ", "、")


_MESSAGES: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda _: "缺少这一项",
    "enum": lambda context: f"应为以下之一：{_one_of(context['expected'])}",
    "literal_error": lambda context: f"应为以下之一：{_one_of(context['expected'])}",
    "union_tag_invalid": lambda context: f"应为以下之一：{_one_of(context['expected_tags'])}",
    "union_tag_not_found": lambda context: f"缺少 {_one_of(context['discriminator'])}",
    "greater_than_equal": lambda context: f"不能小于 {context['ge']}",
    "greater_than": lambda context: f"应大于 {context['gt']}",
    "less_than_equal": lambda context: f"不能大于 {context['le']}",
    "less_than": lambda context: f"应小于 {context['lt']}",
    "too_short": lambda context: f"至少要有 {context['min_length']} 项",
    "too_long": lambda context: f"至多 {context['max_length']} 项",
    "string_too_short": lambda context: f"至少 {context['min_length']} 个字",
    "string_too_long": lambda context: f"至多 {context['max_length']} 个字",
    "string_pattern_mismatch": lambda context: f"写法不对，应符合 {context['pattern']}",
    "value_error": lambda context: str(context["error"]),
    "assertion_error": lambda context: str(context["error"]),
}

_WHAT_IS_WANTED = {
    ("int_type", "int_parsing", "int_from_float", "int_parsing_size"): "应为整数",
    ("float_type", "float_parsing", "decimal_type", "decimal_parsing"): "应为数字",
    ("bool_type", "bool_parsing"): "应为 true 或 false",
    ("string_type",): "应为文字",
    ("tuple_type", "list_type", "set_type", "frozen_set_type"): "应为列表",
    ("dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"): "应为一组键值",
    (
        "date_type",
        "date_parsing",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
        "datetime_type",
        "datetime_parsing",
    ): "应为日期，写作 2025-06-20",
    ("none_required",): "应为空",
}


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind in _MESSAGES:
        return _MESSAGES[kind](detail.get("ctx", {}))
    for kinds, wanted in _WHAT_IS_WANTED.items():
        if kind in kinds:
            return f"{wanted}，不能是 {_shown(detail['input'])}"
    return f"值不合要求：{detail['msg']}"


def _shown(value: Any) -> str:
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "一组键值"
    if isinstance(value, list | tuple):
        return "列表"
    text = f"“{value}”"
    return text if len(text) <= 42 else f"{text[:40]}…”"
