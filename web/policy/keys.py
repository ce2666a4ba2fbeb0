"""Every key of the policy as people read it: what it means, its unit, what it may be, and on what it rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class Form(Enum):
    """How a value is written in a form."""

    CHOICE = "choice"
    NUMBER = "number"
    RATE = "rate"
    SCORE = "score"
    DAYS = "days"
    """Numbers of days, with commas between."""
    TERMS = "terms"
    """A line each: key and name."""
    WORDS = "words"
    """Keys with commas between."""
    TABLES = "tables"
    """A line each: key, name, full score; items of the table above begin with `-`."""


@dataclass(frozen=True)
class PolicyKey:
    """One key of the policy document."""

    path: str
    name: str
    meaning: str
    form: Form
    basis: str
    unit: str = ""
    limits: str = ""
    choices: Mapping[str, str] | None = None


_SWITCH = {"true": "是", "false": "否"}
_METHODS = {"reports": "听汇报", "documents": "看资料", "site": "实地查看", "opinion": "民意测评"}
_TOWN = "本系统默认，由镇人大确定"
_PRACTICE = "各地通行做法"
_SOURCE = "监督办法"


def _choice(path: str, name: str, meaning: str, basis: str, **choices: str) -> PolicyKey:
    return PolicyKey(path, name, meaning, Form.CHOICE, basis, choices=choices)


def _switch(path: str, name: str, meaning: str, basis: str) -> PolicyKey:
    return PolicyKey(path, name, meaning, Form.CHOICE, basis, choices=_SWITCH)


def _number(path: str, name: str, meaning: str, basis: str, unit: str, limits: str = "至少 1") -> PolicyKey:
    return PolicyKey(path, name, meaning, Form.NUMBER, basis, unit=unit, limits=limits)


def _weight(method: str) -> PolicyKey:
    word = _METHODS[method]
    meaning = f"{word}在每张计分表里占的比重；四项合计 100%。"
    return PolicyKey(
        f"assessment.methods.{method}",
        f"{word}权重",
        meaning,
        Form.RATE,
        f"{_SOURCE}列四项；比重{_TOWN}",
        limits="0%～100%",
    )


SECTIONS: Sequence[tuple[str, str, Sequence[PolicyKey]]] = (
    (
        "appraisal",
        "民主测评",
        (
            _choice(
                "appraisal.order",
                "测评次序",
                "意见没有整改完能不能先测评。先整改后测评时，主席团可以写明理由放行。",
                _SOURCE,
                after_implementation="意见整改并核查后才测评",
                same_day="述职、提问、测评同一次会",
            ),
            PolicyKey(
                "appraisal.grades",
                "等次",
                "综合评价的等次，从好到差。每行写“键 名称”。",
                Form.TERMS,
                "监督办法；公务员法第三十八条",
                limits="至少两等",
            ),
            PolicyKey(
                "appraisal.dimensions",
                "分项",
                "综合评价之外逐项评的内容。每行写“键 名称”；可以没有。",
                Form.TERMS,
                _SOURCE,
            ),
            PolicyKey(
                "appraisal.passing_grades",
                "称职票",
                "哪些等次算称职票，用逗号隔开；必须是上面的等次。",
                Form.WORDS,
                _PRACTICE,
                limits="至少一等",
            ),
            _choice(
                "appraisal.denominator",
                "口径（分母）",
                "称职率 = 称职票 ÷ 分母。分母不同，结论可能不同。",
                _PRACTICE,
                valid="有效票（含弃权）",
                valid_without_abstentions="有效票（不含弃权）",
                returned="收回票",
                present="实到代表",
                entitled="应到代表",
            ),
            PolicyKey(
                "appraisal.pass_rate",
                "合格线",
                "称职率低于它为不合格，要批评并限期整改；正好等于算合格。",
                Form.RATE,
                _SOURCE,
                limits="0%～100%",
            ),
            _switch(
                "appraisal.sensitivity_warning",
                "口径敏感提示",
                "换一种分母结论就会相反时给出提示。",
                _TOWN,
            ),
            _choice(
                "appraisal.quorum",
                "法定人数",
                "实到代表达到多少才能开始测评。在人代会期间一律须三分之二。",
                "地方组织法第十四条",
                more_than_half="过半数",
                two_thirds="三分之二以上",
            ),
            _choice(
                "appraisal.more_returned_than_issued",
                "收回多于发出",
                "收回的票多于发出的票，整次测评作废，须重新测评；法律没有别的选择。",
                "选举法第四十四条",
                void="整次作废",
            ),
            _choice(
                "appraisal.blank_row",
                "空白行",
                "一行没有作任何标记算什么。",
                _PRACTICE,
                abstention="弃权",
                invalid="该行无效",
            ),
            _choice(
                "appraisal.overall_from",
                "总评取自",
                "合格与否看哪个数。",
                _TOWN,
                overall="综合评价",
                mean_of_dimensions="各分项的平均",
                every_dimension="每个分项都要合格",
            ),
            _switch("appraisal.recusal", "回避", "本人和申报的近亲属不领该对象的票。", "参照选举法第四十三条"),
            _number(
                "appraisal.minimum_group",
                "不公开明细的票数下限",
                "有效票少于它时不显示各等次明细，以免看出谁怎么投。",
                _PRACTICE,
                "张",
            ),
        ),
    ),
    (
        "rectification",
        "限期整改",
        (
            _number("rectification.plan_days", "报整改方案", "通知送达后多少天内报方案。", _TOWN, "天"),
            _number("rectification.months", "整改期", "通知送达后几个月内整改完。", _PRACTICE, "个月", "1～总期限"),
            _number("rectification.extension.times", "延期次数", "最多延几次，须主席团同意。", _PRACTICE, "次", "0 起"),
            _number("rectification.extension.months", "每次延期", "每次最多延几个月。", _PRACTICE, "个月"),
            _number(
                "rectification.extension.total_months",
                "总期限",
                "连同延期，自送达起最长几个月。",
                _PRACTICE,
                "个月",
                "1～6",
            ),
            _number("rectification.lights", "黄灯", "到期前多少天起亮黄灯；逾期亮红灯。", _PRACTICE, "天", "0 起"),
            PolicyKey(
                "rectification.reminders",
                "催办日",
                "到期前哪些天提醒责任人、工作人员和纪委，用逗号隔开。",
                Form.DAYS,
                _TOWN,
                unit="天",
            ),
            _number("rectification.filing_days", "意见备案", "整改意见几个工作日内送镇纪委备案。", _SOURCE, "个工作日"),
            _switch("rectification.revote", "再次测评", "整改报告通过后是否再测评一次。", _TOWN),
        ),
    ),
    (
        "assessment",
        "双百分考核",
        (
            PolicyKey(
                "assessment.tables",
                "计分表",
                "每行写“键 名称 满分”；表内项目另起一行，前加“-”，满分之和等于表的满分。",
                Form.TABLES,
                "监督办法（双百分）",
            ),
            _weight("reports"),
            _weight("documents"),
            _weight("site"),
            _weight("opinion"),
            _number(
                "assessment.scorers.drop_extremes_from",
                "去最高最低",
                "评分人达到几人时，去掉一个最高分和一个最低分。",
                _PRACTICE,
                "人",
                "至少 3",
            ),
            PolicyKey(
                "assessment.bonus_cap", "加分上限", "加分最多多少分。", Form.SCORE, _PRACTICE, unit="分", limits="0 起"
            ),
            _choice(
                "assessment.groups",
                "排名分组",
                "哪些对象排在一条龙里。",
                f"{_SOURCE}；{_TOWN}",
                by_kind="同类的排在一起",
                all="全部排在一起",
            ),
            _number(
                "assessment.minimum_group", "末位的最少对象数", "一组不足这么多个时只排名，不定末位。", _PRACTICE, "个"
            ),
            PolicyKey(
                "assessment.tie_break",
                "同分比较次序",
                "总分相同时依次比哪几项，用逗号隔开；仍相同的并列。",
                Form.WORDS,
                _PRACTICE,
            ),
            _choice(
                "assessment.tie_for_last",
                "末位并列",
                "并列末位怎么定。",
                _TOWN,
                by_hand="由人决定",
                all="都算末位",
                none="都不算末位",
            ),
            _number(
                "assessment.publicity_days", "排名公示", "公示几个工作日，其间可提异议。", _PRACTICE, "个工作日", "0 起"
            ),
        ),
    ),
    (
        "veto",
        "一票否决",
        (
            _number("veto.streak", "连续末位年数", "连续几年末位提出一票否决。", _SOURCE, "年"),
            _choice(
                "veto.follows",
                "跟谁算",
                "连续末位是跟单位还是跟负责人。",
                f"{_SOURCE}（“相关负责人”）；{_TOWN}",
                unit_and_person="同一单位、同一负责人",
                person="只看负责人",
                unit="只看单位",
            ),
            _choice(
                "veto.missing_year",
                "缺考核的年份",
                "某年没有考核、被取消或组太小时。",
                f"{_SOURCE}（“连续”）",
                breaks="连续中断",
                bridged="跳过不计",
            ),
            _number(
                "veto.part_year_months",
                "任职满几个月算一年",
                "负责人当年任职不足的不对该年负责。",
                _PRACTICE,
                "个月",
                "1～12",
            ),
        ),
    ),
    (
        "proposal",
        "事前监督",
        (
            _number(
                "proposal.step_days", "每步时限", "议案每一步办理的时限，从上一步决定之日起算。", _TOWN, "个工作日"
            ),
            PolicyKey("proposal.reminders", "催办日", "到期前哪些天提醒，用逗号隔开。", Form.DAYS, _TOWN, unit="天"),
        ),
    ),
    (
        "ballot",
        "投票",
        (
            _choice(
                "ballot.mode",
                "投票方式",
                "召集测评时默认的方式；每次可另选。",
                _TOWN,
                paper="纸票",
                phones="手机",
                mixed="手机和纸票",
            ),
            _choice(
                "ballot.slice",
                "匿名票的大小",
                "手机投票时一张匿名票装多少：越小越难看出同一人的各项评价。",
                _TOWN,
                question="每项一张",
                subject="每个对象一张",
            ),
            _number(
                "ballot.minimum_path",
                "每种方式的票数下限",
                "手机或纸票少于它时不开箱，以免看出是谁的票。",
                _TOWN,
                "张",
            ),
            _choice(
                "ballot.audience",
                "计票结果公布给",
                "完整的计票材料给谁看。",
                _TOWN,
                deputies="本镇代表",
                public="社会公众",
            ),
        ),
    ),
)

KEYS: Mapping[str, PolicyKey] = {key.path: key for _, _, keys in SECTIONS for key in keys}
METHODS = _METHODS
