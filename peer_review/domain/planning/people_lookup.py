"""Lookup of people and sections by user name, employee number or exact name, as organisers and lists give them."""

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.auth import get_user_model

from peer_review.domain.planning.eligibility import ProposedSubject, propose_subjects
from peer_review.enums import RoundKind
from peer_review.exceptions.planning import AmbiguousPerson, UnknownPerson
from peer_review.providers.roll import Person


class PeopleLookup:
    """An index of the people of a round by text. One query for their user names."""

    def __init__(self, kind: str, people: Sequence[Person]) -> None:
        self._people: dict[str, list[Person]] = defaultdict(list)
        self._subjects: dict[str, list[ProposedSubject]] = defaultdict(list)
        user_model = get_user_model()
        names = user_model._default_manager.values_list("pk", user_model.USERNAME_FIELD)
        users = dict(names.iterator())
        for person in people:
            for text in {_key(person.name), _key(person.number), _key(str(users.get(person.user_id, "")))} - {""}:
                self._people[text].append(person)
        subjects = propose_subjects(kind, people)
        self._by_user = {subject.user_id: subject for subject in subjects if subject.user_id is not None}
        if kind == RoundKind.SECTION:
            for subject in subjects:
                for text in {_key(subject.label), _key(subject.section_key)}:
                    self._subjects[text].append(subject)
        self._sections = kind == RoundKind.SECTION

    def person(self, text: str) -> Person:
        """Return the one person of this name.

        Raises: UnknownPerson, AmbiguousPerson.
        """
        matches = self._people.get(_key(text), [])
        if not matches:
            raise UnknownPerson(name=text.strip())
        if len(matches) > 1:
            raise AmbiguousPerson(name=text.strip())
        return matches[0]

    def subject(self, text: str) -> ProposedSubject:
        """Return the one subject of this name: a person or, in a round of sections, a section.

        Raises: UnknownPerson, AmbiguousPerson.
        """
        if not self._sections:
            return self._by_user[self.person(text).user_id]
        matches = self._subjects.get(_key(text), [])
        if not matches:
            raise UnknownPerson(name=text.strip())
        if len(matches) > 1:
            raise AmbiguousPerson(name=text.strip())
        return matches[0]


def _key(text: str) -> str:
    """Return a name without the spaces that lists put into two-character names (张 三), and without letter case."""
    return "".join(text.split()).casefold()
