"""Refusals about schemes."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class SchemeInUse(Refusal):
    code = "scheme_in_use"
    text = _("A round uses this scheme. Make a new version or a copy instead.")


class SchemeNameTaken(Refusal):
    code = "scheme_name_taken"
    text = _("There is a scheme of this name. Choose another, or make a new version of it.")


class SchemeFileInvalid(Refusal):
    code = "scheme_file_invalid"
    status = 422
    text = _("The file is not a scheme that was exported here (%(fault)s). Nothing was taken in.")
