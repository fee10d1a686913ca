"""Entries of the ledger in words."""

import json
from collections.abc import Iterable

from django.utils.translation import gettext as _

from peer_review.enums import Audience, RefusedReason
from peer_review.models import RollMember, Round


class ScopeNames:
    """The names of what a page of entries is about. Four queries, however many entries."""

    def __init__(self, round: Round, scopes: Iterable[str]) -> None:
        parts = [scope.split(":") for scope in scopes]
        keys = {part for scope_parts in parts for part in scope_parts[1:]}
        self.subjects = dict(round.subjects.filter(key__in=keys).order_by().values_list("key", "label"))
        places = round.members.order_by().values_list("section_key", "section_name").distinct()
        self.sections = {key: name for key, name in places if key}
        self.sections |= dict(round.subjects.order_by().values_list("section_key", "section_name").distinct())
        ranks = RollMember.objects.filter(round=round).order_by().values_list("rank_key", "rank_name").distinct()
        self.ranks = dict(ranks)
        self.rounds = dict(Round.objects.filter(public_id__in=keys).values_list("public_id", "title"))
        self.criteria = round.frozen_scheme.criterion_labels
        self.classes = round.frozen_scheme.class_labels


def scope_message(scope: str, names: ScopeNames) -> str:
    """Return what an entry is about."""
    kind, _colon, rest = scope.partition(":")
    if kind == "cell":
        return _cell_message(rest, names)
    if kind == "trend":
        whose, _colon, other = rest.rpartition(":")
        title = names.rounds.get(other, other)
        return _("%(what)s, beside “%(round)s”") % {"what": scope_message(whose, names), "round": title}
    if kind == "criterion":
        return _("All figures of the criterion %(name)s") % {"name": names.criteria.get(rest, rest)}
    if kind == "subject":
        return _("Result of %(name)s") % {"name": names.subjects.get(rest, rest)}
    if kind == "section":
        return _("Results of %(section)s") % {"section": names.sections.get(rest) or rest}
    if kind == "rank":
        return _("Mean of the rank %(rank)s") % {"rank": names.ranks.get(rest) or rest}
    fixed = {"round": _("All results"), "summary": _("Published summary"), "patterns": _("Patterns")}
    return fixed.get(kind, scope)


def _cell_message(asked: str, names: ScopeNames) -> str:
    criterion, section, rank, voter_class = json.loads(asked)
    parts = [
        names.criteria.get(criterion, criterion),
        *([names.sections.get(section) or section] if section is not None else []),
        *([names.ranks.get(rank) or rank] if rank is not None else []),
        *([names.classes.get(voter_class, voter_class)] if voter_class is not None else []),
    ]
    return _("Composed table: %(parts)s") % {"parts": " · ".join(parts)}


def audience_message(audience: str, names: ScopeNames) -> str:
    """Return to whom something was shown: a role, never a person."""
    role, _colon, section = audience.partition(":")
    if section:
        return _("Head of %(section)s") % {"section": names.sections.get(section) or section}
    fixed = {
        "organiser": _("The responsible organiser"),
        "inspector": _("Inspectors"),
        "integration": _("Another system, by its token"),
    }
    if role in Audience.values:
        return str(Audience(role).label)
    return fixed.get(role, audience)


def reason_message(reason: str) -> str:
    """Return why questions were not answered; readers are told one sentence whichever it was."""
    words = {
        RefusedReason.TOO_FEW: _("Nobody, or too few, had answered"),
        RefusedReason.ISOLATES: _("With what was shown before it would have told of too few"),
        RefusedReason.TOO_LARGE: _("It could not be decided in the time there is, so it was refused"),
        RefusedReason.ROLLS: _("The voters of two rounds differ by too few to compare them"),
        RefusedReason.WITHDRAWN: _("The figures had been withdrawn"),
    }
    return words.get(RefusedReason(reason), reason)
