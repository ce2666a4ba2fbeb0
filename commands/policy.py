"""`jiandu policy`: the town's rules as a document; checked, adopted, shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

import yaml

from commands.acting import actor_of
from commands.desk import new_command_id, open_records
from commands.screen import done, print_json, say
from domain.policy.document import Policy
from domain.policy.loading import load_policy
from domain.roster.books import POLICY
from domain.roster.standing import AdoptPolicy


def check(file: Path, *, as_json: bool) -> int:
    """Check a policy. Raises `Invalid` with every fault, each with its path and line."""
    policy = _load(file)
    if as_json:
        print_json({"ok": True, "version": policy.version, "policy": policy.document()})
    else:
        done(f"{file} 是有效的制度，版本 {policy.version}。")
    return 0


async def adopt(file: Path, *, actor: str, command_id: str | None, as_json: bool) -> int:
    """Adopt a policy for the cycles that begin from now on. Raises `Invalid`, `Refusal`."""
    who = actor_of(actor)
    policy = await asyncio.to_thread(_load, file)
    async with open_records() as records:
        events = await records.write(POLICY, AdoptPolicy(policy=policy), who, command_id or new_command_id())
    if as_json:
        print_json({"ok": True, "version": policy.version, "changed": bool(events)})
    elif events:
        done(f"已采用制度 {policy.version}；只对以后启动的周期生效，正在进行的周期不变。")
    else:
        done(f"现行制度就是 {policy.version}，没有变化。")
    return 0


async def show(*, as_json: bool) -> int:
    """Show the policy in force, defaults written out."""
    async with open_records() as records:
        state = await records.book(POLICY)
    policy = state.current
    if as_json:
        print_json({"ok": True, "version": policy.version, "adopted": bool(state.adopted), "policy": policy.document()})
        return 0
    if state.adopted:
        say(f"# 现行制度 {policy.version}，{state.adopted[-1].on} 采用")
    else:
        say(f"# 尚未采用制度，按默认制度 {policy.version} 执行")
    say(yaml.safe_dump(dict(policy.document()), allow_unicode=True, sort_keys=False).rstrip())
    return 0


def _load(file: Path) -> Policy:
    return load_policy(file.read_text(encoding="utf-8"))
