"""The four grades under the names and bands that a round froze."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.counting.scales import GRADES
from peer_review.enums import GradeSet
from peer_review.protocol.frozen_scheme import FrozenScheme

#: Words of the four grades: 公务员法, arts 36 to 38; 事业单位人事管理条例, art. 21.
GRADE_NAMES: dict[str, dict[str, str | Promise]] = {
    GradeSet.OFFICIALS: {
        "excellent": gettext_lazy("Excellent"),
        "competent": gettext_lazy("Competent"),
        "basic": gettext_lazy("Basically competent"),
        "incompetent": gettext_lazy("Incompetent"),
    },
    GradeSet.INSTITUTIONS: {
        "excellent": gettext_lazy("Excellent"),
        "competent": gettext_lazy("Qualified"),
        "basic": gettext_lazy("Basically qualified"),
        "incompetent": gettext_lazy("Unqualified"),
    },
}


def grade_names(scheme: FrozenScheme) -> dict[str, str]:
    """Return the names of the grades, best first, by the keys of counting.scales.GRADES."""
    names = GRADE_NAMES[scheme.grade_set]
    return {key: str(names[key]) for key in GRADES}


def bands_in_words(scheme: FrozenScheme) -> str:
    """Return which points propose which grade, as one sentence."""
    first, second, third, last = grade_names(scheme).values()
    high, middle, low = scheme.bands
    return _(
        "Bands: %(high)s points and more %(first)s, %(middle)s and more %(second)s, %(low)s and more %(third)s, "
        "below that %(last)s."
    ) % {
        "high": high,
        "middle": middle,
        "low": low,
        "first": _lower(first),
        "second": _lower(second),
        "third": _lower(third),
        "last": _lower(last),
    }


def _lower(name: str) -> str:
    """Return a name as it stands within a sentence; Chinese has no capitals."""
    return name[:1].lower() + name[1:]
