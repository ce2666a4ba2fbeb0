"""A rehearsal's result in words, for whoever sits at the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from domain.rules.proposal import Step
from domain.rules.verdict import Outcome

_PROPOSAL: Final = {"approved": "通过", "rejected": "未通过", "pending": "未决", "withdrawn": "已撤回"}
_RECTIFICATION: Final = {
    "closed": "整改完成",
    "second_failure": "再次测评不合格",
    "overdue": "逾期",
    "pending": "尚在整改",
}


def report(result: dict[str, Any]) -> str:
    """The whole result, a line a fact."""
    lines = [f"推演：{result['scenario']}（{result['township']}），制度版本 {result['policy_version']}"]
    for cycle in result["cycles"]:
        lines += ["", f"{cycle['year']} 年"]
        lines += [f"  {line}" for line in _cycle(cycle)]
    lines.append("")
    lines += [f"  规则未予办理：{each['date']} {each['case']}：{each['message']}" for each in result["refused_acts"]]
    lines += [f"  提示：{warning}" for warning in result["warnings"]]
    ledger, ballots = result["ledger"], result["ballots"]
    lines.append(f"台账 {ledger['events']} 条，{_verified(ledger)}；投票 {ballots['cast']} 张，{_verified(ballots)}")
    return "\n".join(lines) + "\n"


def _cycle(cycle: dict[str, Any]) -> Iterator[str]:
    for proposal in cycle["proposals"]:
        late = "、".join(Step(step).label for step in proposal["overdue_steps"] if step in set(Step))
        yield f"议案 {proposal['id']}：{_PROPOSAL[proposal['outcome']]}" + (f"（超期：{late}）" if late else "")
    for appraisal in cycle["appraisals"]:
        yield f"测评 {appraisal['subject']}：{_figures(appraisal)}"
        if appraisal["rectification"] is not None:
            yield f"  {_rectification(appraisal['rectification'])}"
    for ranking in cycle["rankings"]:
        rows = "，".join(f"{row['rank']} {row['subject']} {row['total']}" for row in ranking["rows"])
        last = "待手工确定" if ranking["last_undecided"] else "、".join(ranking["last"]) or "无"
        yield f"排名 {ranking['group']}：{rows}；末位：{last}"
    for veto in cycle["vetoes"]:
        years = "、".join(str(year) for year in veto["years"])
        yield f"一票否决（建议）：{veto['person']}（{veto['subject']}），连续末位 {years} 年"


def _figures(figures: dict[str, Any]) -> str:
    label = Outcome(figures["verdict"]).label
    if figures["rate"] is None:
        return label
    sensitive = "，口径敏感" if figures["sensitive_to_denominator"] else ""
    return f"{label}，称职率 {figures['rate']}（{figures['passing']}/{figures['denominator']}{sensitive}）"


def _rectification(play: dict[str, Any]) -> str:
    due = play["extended_due"] or play["due"]
    text = f"整改：{_RECTIFICATION[play['outcome']]}，期限 {due}"
    if play["overdue_since"] is not None:
        text += f"，{play['overdue_since']} 起逾期"
    if play["revote"] is not None:
        text += f"；再次测评：{_figures(play['revote'])}"
    return text + ("；建议组织处理" if play["proposal_for_handling"] else "")


def _verified(found: dict[str, Any]) -> str:
    return "核对无误" if found["verified"] else "核对有误"
