"""In what share of cases figures leave a voter fewer than three sets of the others' answers: measured, and in words."""

from django.utils.translation import gettext as _

from peer_review.counting.joint_share import EXACT, share_with_score
from peer_review.protocol.frozen_scheme import FrozenScheme


def known_share(scheme: FrozenScheme) -> float:
    """Return the largest share measured for such a scheme, in percent; of exact figures, where five answered."""
    if scheme.exact_scores:
        return EXACT[scheme.scale]
    return share_with_score(scheme.scale, len(scheme.criteria), classes=len(scheme.classes))


def known_share_in_words(scheme: FrozenScheme) -> str:
    """Return what the certificate says of it."""
    values = {"percent": f"{known_share(scheme):.1f}"}
    if scheme.exact_scores:
        return (
            _(
                "exact scores: in up to %(percent)s %% of cases (five answers) a voter can narrow the others' answers "
                "down to one or two sets"
            )
            % values
        )
    return _("in at most %(percent)s %% of measured cases; of each single criterion always three or more") % values


def exact_scores_in_words(scale: str) -> str:
    """Return what the ballot paper of a scheme with exact scores says."""
    return _(
        "This scheme shows exact figures: where few answer, a colleague who voted too could work out others' answers, "
        "or narrow them down to two possibilities, in up to %(percent)s of 100 cases."
    ) % {"percent": f"{max(EXACT[scale], 0.1):.1f}"}
