"""Messages of the rules of a whole sheet: before, while filling in, and when one is broken."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from peer_review.domain.schemes.grades import grade_names
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.protocol.papers import LOW, NOT_ALL_EQUAL, QUOTA, Paper, SheetRule


@dataclass(frozen=True, slots=True)
class SheetRuleMessages:
    """One rule. `live` has blanks %(reached)s, %(under)s, %(judged)s and %(n)s, which the script fills."""

    sentence: str
    live: str
    broken: str


def rules_in_words(scheme: FrozenScheme, paper: Paper) -> list[SheetRuleMessages]:
    """Return the words of a sheet's rules, in the order of `paper.rules`."""
    return [_in_words(scheme, paper, rule) for rule in paper.rules]


def _in_words(scheme: FrozenScheme, paper: Paper, rule: SheetRule) -> SheetRuleMessages:
    values: dict[str, Any] = {"n": rule.n, "total": paper.subjects, "points": rule.points}
    if rule.kind == QUOTA:
        values["grade"] = reaching(scheme, rule.points)
        return SheetRuleMessages(
            _("At most %(n)s of the %(total)s may score %(points)s or more (%(grade)s).") % values,
            _("%%(reached)s of %(n)s “%(grade)s” used") % values,
            _("More than %(n)s score %(points)s or more (%(grade)s). Lower some marks; the sheet cannot be cast so.")
            % values,
        )
    if rule.kind == LOW:
        values["grade"] = under(scheme, rule.points)
        return SheetRuleMessages(
            _("At least %(n)s must score under %(points)s (%(grade)s), where more than %(n)s are judged.") % values,
            _("At least %(n)s under %(points)s: %%(under)s so far") % values,
            _("Fewer than %(n)s score under %(points)s (%(grade)s). Lower some marks; the sheet cannot be cast so.")
            % values,
        )
    if rule.kind == NOT_ALL_EQUAL:
        return SheetRuleMessages(
            _("The marks on the sheet may not all be alike."),
            _("All marks so far are alike"),
            _("All marks on the sheet are alike. Change some; the sheet cannot be cast so."),
        )
    return SheetRuleMessages(
        _("The marks on the sheet may not all be the highest."),
        _("All marks so far are the highest"),
        _("All marks on the sheet are the highest. Change some; the sheet cannot be cast so."),
    )


def reaching(scheme: FrozenScheme, points: int) -> str:
    """Return the grade that so many points reach, and whether better ones are meant too."""
    names = list(grade_names(scheme).values())
    for at, lowest in enumerate([*scheme.bands, 0]):
        if points >= lowest:
            return names[at] if at == 0 else _("%(grade)s or better") % {"grade": names[at]}
    raise ValueError(points)


def under(scheme: FrozenScheme, points: int) -> str:
    """Return the best grade that stays under so many points, and whether worse ones are meant too."""
    names = list(grade_names(scheme).values())
    for at, lowest in enumerate([*scheme.bands, 0]):
        if lowest < points:
            return names[at] if at == len(names) - 1 else _("%(grade)s or lower") % {"grade": names[at]}
    return names[-1]
