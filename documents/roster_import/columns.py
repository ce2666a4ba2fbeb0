"""The sheets of a roster file and their columns: one description for the template, the reading and the messages."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from domain.roster.posts import SubjectKind

KIND_NAMES = {
    SubjectKind.STATION: "站所",
    SubjectKind.WINDOW: "窗口",
    SubjectKind.VILLAGE_SECRETARY: "村支书",
    SubjectKind.VILLAGE_DIRECTOR: "村主任",
    SubjectKind.VILLAGE: "行政村",
}
KINDS_BY_NAME = {name: kind for kind, name in KIND_NAMES.items()}

NOT_A_DEPUTY = "否"
"""In the column of the head's number: the head has a deputy's name but is somebody else."""

EXAMPLE_MARK = "示例"
"""A row whose first cell begins with this is an example of the template and is not imported."""


class Content(Enum):
    """What may stand in a column's cells."""

    CODE = "code"
    NAME = "name"
    CHOICE = "choice"
    IDENTITY_NUMBER = "identity_number"
    PHONE = "phone"


class Column(NamedTuple):
    """A column: its heading, and what may stand below it."""

    key: str
    heading: str
    content: Content
    hint: str
    required: bool = True
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other headings that people use; they are suggested, never taken silently."""
    width: int = 14


class SheetSpec(NamedTuple):
    """A sheet: its name, what one of its rows is, its columns, and an example row."""

    name: str
    row_name: str
    columns: tuple[Column, ...]
    example: dict[str, str]
    aliases: tuple[str, ...] = ()


DEPUTIES = SheetSpec(
    name="代表",
    row_name="代表",
    columns=(
        Column(
            "id", "代表编号", Content.CODE, "字母、数字、下划线；编定后不再改变", aliases=("编号", "代表证号", "序号")
        ),
        Column("name", "姓名", Content.NAME, "身份证上的姓名", aliases=("代表姓名", "名字")),
        Column(
            "group",
            "代表小组",
            Content.NAME,
            "同一小组写法要一致",
            aliases=("小组", "代表团", "所在小组", "组别"),
            width=18,
        ),
        Column("sex", "性别", Content.CHOICE, "从下拉列表中选", required=False, choices=("男", "女")),
        Column(
            "identity_number",
            "身份证号",
            Content.IDENTITY_NUMBER,
            "18 位，单元格须为“文本”格式",
            required=False,
            aliases=("身份证", "身份证号码", "公民身份号码"),
            width=22,
        ),
        Column(
            "phone",
            "手机号",
            Content.PHONE,
            "11 位，单元格须为“文本”格式",
            required=False,
            aliases=("电话", "联系电话", "手机", "手机号码", "联系方式"),
            width=16,
        ),
    ),
    example={"id": "示例1", "name": "张三", "group": "城区代表小组", "sex": "男", "phone": "13800138000"},
    aliases=("代表名单", "代表名册", "人大代表"),
)

SUBJECTS = SheetSpec(
    name="测评对象",
    row_name="测评对象",
    columns=(
        Column("id", "对象编号", Content.CODE, "字母、数字、下划线；编定后不再改变", aliases=("编号", "序号")),
        Column(
            "name",
            "名称",
            Content.NAME,
            "如：财政所、唐家会村党支部书记",
            aliases=("单位", "单位名称", "职务"),
            width=26,
        ),
        Column(
            "kind",
            "类别",
            Content.CHOICE,
            "从下拉列表中选",
            choices=tuple(KINDS_BY_NAME),
            aliases=("类型", "种类", "对象类别"),
        ),
        Column("responsible", "负责人", Content.NAME, "现任负责人的姓名", aliases=("姓名", "责任人", "负责人姓名")),
        Column(
            "deputy",
            "负责人代表编号",
            Content.CODE,
            f"负责人本人是代表的填其代表编号（表决时回避）；与代表同名但不是同一人的填“{NOT_A_DEPUTY}”",
            required=False,
            aliases=("代表编号",),
            width=18,
        ),
    ),
    example={"id": "示例1", "name": "财政所", "kind": "站所", "responsible": "李四"},
    aliases=("考核对象", "对象", "测评对象名单", "被测评对象"),
)

SHEETS = (DEPUTIES, SUBJECTS)
