"""Which columns a table may have, under which heads, and how each cell is read."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organisation.imports.tables import ERROR_VALUES, BadCell
from organisation.models.staff import NUMBER_PATTERN, PHONE_PATTERN

# Zero-width characters, marks that turn the direction of text, control and private-use characters.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]")
DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?: 00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
NUMBER = re.compile(NUMBER_PATTERN)
PHONE = re.compile(PHONE_PATTERN)
USERNAME = re.compile(r"[\w.@+-]+")
YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "对"})
NO = frozenset({"", "否", "no", "n", "false", "0", "×", "非"})
EARLIEST = datetime.date(1940, 1, 1)
YEARS_AHEAD = 2


class CellError(Exception):
    """What is wrong with one cell, in a sentence."""


def text_of(cell: Any, *, limit: int = 80) -> str:
    """Return a cell as clean text: no space at its ends, runs of space made one, nothing invisible.

    Raises: CellError.
    """
    if cell is None:
        return ""
    if isinstance(cell, BadCell):
        raise CellError(cell.reason)
    if isinstance(cell, datetime.date):
        raise CellError(_("The cell holds a date. Format it as text."))
    text = " ".join(str(cell).split())
    if not text:
        return ""
    if text[0] == "=" or text[0] == "@":
        raise CellError(_("The cell holds a formula. Replace it by its value."))
    if text[0] == "#" and ERROR_VALUES.match(text):
        raise CellError(_("The cell holds the error value %(value)s.") % {"value": text})
    if not text.isascii() or not text.isprintable():
        found = INVISIBLE.search(text)
        if found:
            raise CellError(_("The cell holds an invisible character (U+%(code)04X).") % {"code": ord(found[0])})
    if len(text) > limit:
        raise CellError(_("The text is longer than %(limit)d characters.") % {"limit": limit})
    return text


def short_text(cell: Any) -> str:
    """A name, a position."""
    return text_of(cell)


def code(cell: Any) -> str:
    """A number or code that identifies something: full-width digits become plain ones."""
    text = text_of(cell, limit=40)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if text and not NUMBER.fullmatch(text):
        raise CellError(_("Use letters, digits, dots, dashes only."))
    return text


def reference(cell: Any) -> str:
    """The code or the name of a section or rank."""
    return text_of(cell, limit=300)


def username(cell: Any) -> str:
    """A name to sign in with."""
    text = unicodedata.normalize("NFKC", text_of(cell, limit=150))
    if text and not USERNAME.fullmatch(text):
        raise CellError(_("Use letters, digits and @ . + - _ only."))
    return text


def phone(cell: Any) -> str:
    """A phone number, or several."""
    text = text_of(cell, limit=60)
    if not PHONE.fullmatch(text):
        text = unicodedata.normalize("NFKC", text)
        if not PHONE.fullmatch(text):
            raise CellError(_("This is not a phone number."))
    return text


def email(cell: Any) -> str:
    """An e-mail address."""
    text = text_of(cell, limit=254)
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise CellError(_("This is not an e-mail address.")) from None
    return text


def day(cell: Any) -> datetime.date | None:
    """A date; None for an empty cell."""
    if isinstance(cell, datetime.date):
        return _plausible(cell)
    text = text_of(cell, limit=40)
    return _plausible(_read_day(text)) if text else None


@lru_cache(maxsize=20_000)
def _read_day(text: str) -> datetime.date:
    found = DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not found:
        raise CellError(_("“%(text)s” is not a date. Write it like 2026-11-22.") % {"text": text})
    try:
        return datetime.date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        raise CellError(_("There is no such day as “%(text)s”.") % {"text": text}) from None


def _plausible(value: datetime.date) -> datetime.date:
    if value < EARLIEST or value.year > datetime.date.today().year + YEARS_AHEAD:
        raise CellError(_("The date %(day)s is out of range.") % {"day": value.isoformat()})
    return value


def yes_or_no(cell: Any) -> bool:
    """是 or 否."""
    text = text_of(cell, limit=40).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellError(_("Write “yes” or “no” (是 / 否)."))


def order(cell: Any) -> int | None:
    """A whole number to sort by; None for an empty cell."""
    text = unicodedata.normalize("NFKC", text_of(cell, limit=40))
    if not text:
        return None
    if not text.isdecimal() or int(text) > 9999:
        raise CellError(_("Write a whole number from 0 to 9999."))
    return int(text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `heads` are compared without case, spaces and punctuation."""

    key: str
    label: str | Promise
    heads: tuple[str, ...]
    read: Callable[[Any], Any]
    #: Heads so general that they count only in a sheet whose name tells what it holds.
    general_heads: tuple[str, ...] = ()

    @property
    def examples(self) -> str:
        """Return the head to use in Chinese and the one to use in English."""
        return f"{self.heads[0]} / {next(head for head in self.heads if head.isascii())}"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one table describes. It is recognised by the columns it cannot do without."""

    key: str
    label: str | Promise
    names: tuple[str, ...]
    needs: tuple[str, ...]
    columns: tuple[Column, ...]


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


def plain_head(cell: Any) -> str:
    """Return a column head for comparison."""
    if cell is None or isinstance(cell, BadCell | datetime.date):
        return ""
    text = unicodedata.normalize("NFKC", str(cell)).casefold()
    text = re.sub(r"[(（].*?[)）]", "", text)
    return "".join(character for character in text if character.isalnum())


@dataclass(frozen=True, slots=True)
class Heading:
    """What a head row means: the kind of table, the place of each column, and the heads not understood."""

    kind: Kind
    places: dict[str, int]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]

    def label(self, key: str) -> str:
        """Return how people know a column."""
        return str(next(column.label for column in self.kind.columns if column.key == key))


def read_heading(cells: Iterable[Any], *, sheet_name: str) -> Heading | None:
    """Return what a row of heads means, or None if it is no head row."""
    heads = [plain_head(cell) for cell in cells]
    name = plain_head(sheet_name)
    for kind in sorted(KINDS, key=lambda kind: not any(hint in name for hint in kind.names)):
        named = any(plain_head(hint) in name for hint in kind.names)
        places: dict[str, int] = {}
        doubled: list[str] = []
        unknown: list[str] = []
        for place, head in enumerate(heads):
            column = next((column for column in kind.columns if head in _known(column, general=named)), None)
            if column is None:
                if head:
                    unknown.append(head)
            elif column.key in places:
                doubled.append(str(column.label))
            else:
                places[column.key] = place
        if all(key in places for key in kind.needs):
            return Heading(kind=kind, places=places, unknown=tuple(unknown), doubled=tuple(doubled))
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
