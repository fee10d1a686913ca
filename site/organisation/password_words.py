"""Words that a password must not be made of here: the product's, the roles' and the sections' names."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from organisation.enums import Role
from organisation.models import Section, User

OF_THE_PRODUCT = ("zhengyan", "诤言", "password", "mima", "密码")
#: What is left once such words are taken away must be as long as a password that no dictionary has.
REST = 6


def own_words() -> list[str]:
    """Return the words, longest first; one query."""
    names = re.split(r"\W+", str(settings.WAGTAIL_SITE_NAME))
    labels = [*Role.values, *(str(label) for label in Role.labels)]
    words = {*OF_THE_PRODUCT, *names, *labels, *Section.objects.values_list("name", flat=True)}
    return sorted({word.casefold() for word in words if len(word) > 1}, key=lambda word: (-len(word), word))


class OwnWordsValidator:
    """Refuses a password that is one of these words with a few characters around it."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises: ValidationError."""
        rest = password.casefold()
        for word in own_words():
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(rest) < REST:
            raise ValidationError(_("A word of this house and a few characters make no password."), code="own_words")

    def get_help_text(self) -> str:
        return _("Not the name of this site, a role or a section with a few characters.")
