"""Values of a policy as text for people, and from a form's text to a policy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from domain.faults import Invalid
from domain.policy.document import Policy
from domain.policy.loading import read_policy
from domain.policy.values import parse_fraction
from domain.printing import decimal_text
from web.policy.keys import KEYS, METHODS, Form, PolicyKey

_COMMAS = re.compile(r"[,，、;；\s]+")


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value of a key in a policy document."""
    value: Any = document
    for part in path.split("."):
        value = value[part]
    return value


def as_written(key: PolicyKey, value: Any) -> str:
    """A value as it stands in the form."""
    match key.form:
        case Form.CHOICE:
            return str(value).lower() if isinstance(value, bool) else str(value)
        case Form.RATE:
            return _percent(value)
        case Form.SCORE:
            return _score(value)
        case Form.DAYS | Form.WORDS:
            return "，".join(METHODS.get(str(each), str(each)) for each in value)
        case Form.TERMS:
            return "\n".join(f"{term['key']} {term['name']}" for term in value)
        case Form.TABLES:
            return "\n".join(line for table in value for line in _table_lines(table))
        case Form.NUMBER:
            return str(value)


def as_said(key: PolicyKey, value: Any, document: Mapping[str, Any]) -> str:
    """A value in words."""
    written = as_written(key, value)
    if key.choices is not None:
        return key.choices.get(written, written)
    if key.form is Form.TERMS:
        return " · ".join(term["name"] for term in value) or "没有"
    if key.path == "appraisal.passing_grades":
        names = {term["key"]: term["name"] for term in document["appraisal"]["grades"]}
        return " + ".join(names.get(each, each) for each in value)
    if key.form is Form.TABLES:
        return "；".join(f"{table['name']} {_score(table['full'])} 分" for table in value)
    if key.path == "assessment.tie_break":
        return " → ".join([*(METHODS[each] for each in value), "并列"])
    return f"{written} {key.unit}".rstrip() if written else "没有"


def written_policy(policy: Policy) -> dict[str, str]:
    """All values as they stand in the form, by path."""
    document = policy.document()
    written = {path: as_written(key, value_at(document, path)) for path, key in KEYS.items()}
    names = {grade.key: grade.name for grade in policy.appraisal.grades}
    passing = (names[each] for each in policy.appraisal.passing_grades)
    return {**written, "appraisal.passing_grades": "，".join(passing)}


def read_form(filled: Mapping[str, str]) -> Policy:
    """The policy that a form says; a key left out has its default. Raises `Invalid`, each fault with its key's path."""
    data: dict[str, Any] = {}
    for path, key in KEYS.items():
        if path not in filled:
            continue
        *above, last = path.split(".")
        section = data
        for part in above:
            section = section.setdefault(part, {})
        section[last] = _plain(key, filled[path].strip())
    return read_policy(data)


def faults_by_key(invalid: Invalid) -> dict[str, list[str]]:
    """The faults under the nearest key of the form that each belongs to, or under the empty one."""
    found: dict[str, list[str]] = {}
    for fault in invalid.faults:
        path = re.sub(r"\[.*", "", fault.path)
        while path and path not in KEYS:
            inner = next((each for each in KEYS if each.startswith(f"{path}.")), "")
            path = inner or path.rpartition(".")[0]
        found.setdefault(path, []).append(fault.message)
    return found


def changed(before: Policy, after: Policy) -> list[tuple[PolicyKey, str, str]]:
    """The keys in which two policies differ, with both values in words."""
    old, new = before.document(), after.document()
    return [
        (key, as_said(key, value_at(old, path), old), as_said(key, value_at(new, path), new))
        for path, key in KEYS.items()
        if value_at(old, path) != value_at(new, path)
    ]


def _plain(key: PolicyKey, text: str) -> Any:
    """A form's text as a policy file would hold it; what cannot be read is left for the policy to refuse."""
    match key.form:
        case Form.CHOICE:
            return {"true": True, "false": False}.get(text, text)
        case Form.NUMBER:
            return _whole(text)
        case Form.DAYS:
            return [_whole(each) for each in _COMMAS.split(text) if each]
        case Form.WORDS:
            by_name = {name: method for method, name in METHODS.items()} if "tie_break" in key.path else {}
            return [by_name.get(each, each) for each in _COMMAS.split(text) if each]
        case Form.TERMS:
            return [_term(line) for line in text.splitlines() if line.strip()]
        case Form.TABLES:
            return _tables(text.splitlines())
        case Form.RATE | Form.SCORE:
            return text


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else text


def _term(line: str) -> Any:
    key, _, name = line.strip().partition(" ")
    return {"key": key, "name": name.strip()} if name.strip() else key


def _tables(lines: Sequence[str]) -> Any:
    tables: list[dict[str, Any]] = []
    for line in filter(None, (line.strip() for line in lines)):
        item = line.startswith(("-", "－"))
        parts = line.lstrip("-－ ").split()
        row = {
            "key": parts[0] if parts else "",
            "name": " ".join(parts[1:-1]),
            "full": parts[-1] if len(parts) > 1 else "",
        }
        if item and tables:
            tables[-1].setdefault("items", []).append(row)
        else:
            tables.append(row)
    return tables


def _table_lines(table: Mapping[str, Any]) -> list[str]:
    items = [f"- {each['key']} {each['name']} {_score(each['full'])}" for each in table["items"]]
    return [f"{table['key']} {table['name']} {_score(table['full'])}", *items]


def _percent(text: str) -> str:
    percent = parse_fraction(text) * 100
    short = _short(decimal_text(percent, 4))
    return f"{short}%" if parse_fraction(text) * 100 == parse_fraction(_quotient(short)) else text


def _score(value: Any) -> str:
    number = parse_fraction(value)
    return _short(decimal_text(number, 12))


def _short(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quotient(text: str) -> str:
    whole, _, decimals = text.partition(".")
    return f"{whole}{decimals}/{10 ** len(decimals)}"
