"""Columns that a table may have, their heads, and the row of a sheet that holds the heads."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from organisation.imports.cells import (
    CellValue,
    code,
    day,
    email,
    order,
    phone,
    reference,
    short_text,
    username,
    yes_or_no,
)
from peer_review.tables.reader import BadCell, Cell


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `heads` are compared without case, spaces and punctuation."""

    key: str
    label: str | Promise
    heads: tuple[str, ...]
    read: Callable[[Cell], CellValue]
    #: Heads so general that they count only in a sheet whose name tells what it holds.
    general_heads: tuple[str, ...] = ()

    @property
    def examples(self) -> str:
        """Return the head to use in Chinese and the one to use in English."""
        return f"{self.heads[0]} / {next(head for head in self.heads if head.isascii())}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table. It is recognised by the columns it cannot do without."""

    key: str
    label: str | Promise
    names: tuple[str, ...]
    needs: tuple[str, ...]
    columns: tuple[Column, ...]

    def label_of(self, key: str) -> str:
        """Return how people know a column."""
        return str(next(column.label for column in self.columns if column.key == key))


SECTIONS = Kind(
    key="sections",
    label=gettext_lazy("Sections"),
    names=("科室", "部门", "机构", "section", "department"),
    needs=("code", "name"),
    columns=(
        Column(
            "code",
            gettext_lazy("Section code"),
            ("科室编号", "科室代码", "部门编号", "部门代码", "section code", "department code"),
            code,
            ("编号", "代码", "code"),
        ),
        Column(
            "name",
            gettext_lazy("Section name"),
            ("科室名称", "部门名称", "section name", "department name"),
            short_text,
            ("名称", "科室", "部门", "name", "section"),
        ),
        Column(
            "parent",
            gettext_lazy("Part of"),
            ("上级科室", "上级部门", "上级编号", "上级", "part of", "parent", "parent code", "parent section"),
            reference,
        ),
        Column("order", gettext_lazy("Order"), ("排序", "顺序", "次序", "序号", "order", "sort order"), order),
    ),
)
RANKS = Kind(
    key="ranks",
    label=gettext_lazy("Ranks"),
    names=("职级", "职务层次", "rank", "tier"),
    needs=("code", "name", "order"),
    columns=(
        Column(
            "code",
            gettext_lazy("Rank code"),
            ("职级编号", "职级代码", "rank code", "tier code"),
            code,
            ("编号", "代码", "code"),
        ),
        Column(
            "name",
            gettext_lazy("Rank name"),
            ("职级名称", "rank name", "tier name"),
            short_text,
            ("名称", "职级", "name", "rank", "tier"),
        ),
        Column("order", gettext_lazy("Order"), ("排序", "顺序", "次序", "层级", "order", "sort order", "level"), order),
    ),
)
STAFF = Kind(
    key="staff",
    label=gettext_lazy("Staff"),
    names=("人员", "职工", "花名册", "staff", "people"),
    needs=("number",),
    columns=(
        Column(
            "number",
            gettext_lazy("Employee number"),
            ("工号", "职工号", "人员编号", "员工编号", "employee number", "staff number", "employee no", "staff id"),
            code,
        ),
        Column("name", gettext_lazy("Name"), ("姓名", "name", "full name"), short_text),
        Column(
            "section",
            gettext_lazy("Section"),
            ("科室", "部门", "所在科室", "科室编号", "科室名称", "部门名称", "section", "department", "section code"),
            reference,
        ),
        Column("rank", gettext_lazy("Rank"), ("职级", "职级编号", "职级名称", "rank", "tier", "rank code"), reference),
        Column(
            "is_head",
            gettext_lazy("Section head"),
            ("科室负责人", "负责人", "是否负责人", "section head", "head", "is head"),
            yes_or_no,
        ),
        Column("position", gettext_lazy("Position"), ("职务", "岗位", "position", "job title", "title"), short_text),
        Column(
            "phone",
            gettext_lazy("Phone"),
            ("电话", "办公电话", "联系电话", "手机", "phone", "telephone", "phone number"),
            phone,
        ),
        Column("email", gettext_lazy("E-mail"), ("邮箱", "电子邮箱", "电子邮件", "email", "e-mail"), email),
        Column("username", gettext_lazy("User name"), ("用户名", "登录名", "账号", "username", "login"), username),
        Column(
            "joined",
            gettext_lazy("Joined"),
            ("入职日期", "入职时间", "到岗日期", "参加工作日期", "joined", "date joined", "joined on", "hired"),
            day,
        ),
        Column(
            "left",
            gettext_lazy("Left on"),
            ("离职日期", "离职时间", "离开日期", "left", "date left", "left on"),
            day,
        ),
        Column(
            "since",
            gettext_lazy("In this section since"),
            ("任职日期", "现任职日期", "调动日期", "生效日期", "since", "effective date", "transfer date", "from"),
            day,
        ),
    ),
)
KINDS: tuple[Kind, ...] = (STAFF, SECTIONS, RANKS)


def plain_head(cell: Cell) -> str:
    """Return a column head for comparison."""
    if cell is None or isinstance(cell, BadCell | datetime.date):
        return ""
    text = unicodedata.normalize("NFKC", str(cell)).casefold()
    text = re.sub(r"[(（].*?[)）]", "", text)
    return "".join(character for character in text if character.isalnum())


@dataclass(frozen=True, slots=True)
class Heading:
    """The meaning of a row of heads: the kind of table, the index of each column, and the heads not understood."""

    kind: Kind
    indexes: dict[str, int]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]

    def label(self, key: str) -> str:
        """Return how people know a column."""
        return self.kind.label_of(key)


def read_heading(cells: Iterable[Cell], *, sheet_name: str) -> Heading | None:
    """Return what a row of heads means, or None if it is no head row."""
    heads = [plain_head(cell) for cell in cells]
    name = plain_head(sheet_name)
    for kind in sorted(KINDS, key=lambda kind: not any(hint in name for hint in kind.names)):
        named = any(plain_head(hint) in name for hint in kind.names)
        indexes: dict[str, int] = {}
        doubled: list[str] = []
        unknown: list[str] = []
        for index, head in enumerate(heads):
            column = next((column for column in kind.columns if head in _known(column, general=named)), None)
            if column is None:
                if head:
                    unknown.append(head)
            elif column.key in indexes:
                doubled.append(str(column.label))
            else:
                indexes[column.key] = index
        if all(key in indexes for key in kind.needs):
            return Heading(kind=kind, indexes=indexes, unknown=tuple(unknown), doubled=tuple(doubled))
    return None


@lru_cache(maxsize=100)
def _known(column: Column, *, general: bool) -> frozenset[str]:
    return frozenset(map(plain_head, (*column.heads, *(column.general_heads if general else ()))))


def heads_needed() -> str:
    """Return, for people, the column heads by which each kind of table is recognised."""
    parts = []
    for kind in KINDS:
        columns = [column for column in kind.columns if column.key in kind.needs]
        heads = "、".join(f"{column.heads[0]} ({column.label})" for column in columns)
        parts.append(f"{kind.label}: {heads}")
    return "; ".join(parts)
