"""Names of bands, audiences and voter classes, as pages and papers show them."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import Audience
from peer_review.protocol.frozen_scheme import FrozenScheme


def bands_of(scheme: FrozenScheme) -> list[tuple[int, str]]:
    """Return the lowest points of each grade and its name, best first."""
    return list(zip([*scheme.bands, 0], grade_names(scheme).values(), strict=True))


def bands_in_ranges(scheme: FrozenScheme) -> str:
    """Return which points are which grade, as a list in words: "Excellent 90–100, competent 70–89 …"."""
    highest = 100
    ranges = []
    for lowest, name in bands_of(scheme):
        ranges.append(_("%(grade)s %(low)s–%(high)s") % {"grade": name, "low": lowest, "high": highest})
        highest = lowest - 1
    return _(", ").join(ranges)


def audience_names(audiences: Collection[str]) -> str:
    """Return these audiences of published results as a list in words."""
    return _(", ").join(str(audience.label) for audience in Audience if audience.value in audiences)


def class_label(labels: Mapping[str, str], classes: Sequence[str]) -> str:
    """Return the name of a voter class, or of several that are counted together. `labels`: the classes' own, by key."""
    names = [labels.get(key, key) for key in classes]
    label = names[0]
    for name in names[1:]:
        label = _("%(first)s and %(second)s") % {"first": label, "second": name}
    return label
