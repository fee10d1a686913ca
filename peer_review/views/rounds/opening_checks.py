"""The opening checklist, each item with its remedy."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from peer_review.exceptions.base import Refusal
from peer_review.models import Round


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One named reason why a round cannot be opened yet, and where to remove it."""

    code: str
    message: str
    remedy: str
    url: str


def remedies(round: Round, obstacles: list[Refusal]) -> list[Obstacle]:
    """Return the obstacles with what to do about each."""
    here = [round.public_id]
    edit = (_("Edit the round"), reverse("peer_review:round-edit", args=here))
    people = (_("Go to the roll"), reverse("peer_review:round-roll", args=here))
    on_page = reverse("peer_review:round-manage", args=here)
    known = {
        "clock_set_back": (_("Ask the administrator to correct the clock."), ""),
        "scheme_invalid": (_("Correct the scheme in the administration."), ""),
        "not_organiser": edit,
        "not_scrutineer": edit,
        "no_scrutineer": edit,
        "dates_invalid": edit,
        "dates_in_past": edit,
        "batch_settings_invalid": edit,
        "no_comment_reviewer": edit,
        "comment_reviewer_evaluated": edit,
        "sheet_names_receiver": people,
        "sheet_lists_differ": people,
        "exposure_unproved": (_("Look at the pre-flight"), reverse("peer_review:round-preflight", args=here)),
        "empty_roll": people,
        "self_evaluation": people,
        "subject_with_nobody": people,
        "cell_with_nobody": people,
        "roll_being_written": people,
        "unknown_voter_class": people,
        "keys_missing": (_("Prepare the keys"), on_page + "#keys"),
        "no_box_key": (
            _("Ask a scrutineer to make it on their page; they find it under “Boxes whose key I hold”."),
            "",
        ),
        "shares_unconfirmed": (_("Each holder confirms in the ceremony, or on their own page of scrutineers."), ""),
        "box_key_untested": (_("Ask the scrutineer to confirm and test the key."), ""),
    }
    return [Obstacle(one.code, one.message, *known.get(one.code, ("", ""))) for one in obstacles]
