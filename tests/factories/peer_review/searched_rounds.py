"""Published rounds in which there is something to find, for the tests of the search for anomalies."""

from typing import Any

from peer_review.domain.publication.publish import publish_round
from peer_review.models import Assignment, Round
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, spread
from tests.factories.peer_review.rounds import make_member, make_user

NAMES = "甲乙丙丁戊己庚辛壬癸"


def make_sections_round(favoured: tuple[int, int] | None) -> Round:
    """Return a published round of six sections with two subjects each, whose voter classes are people of one other
    section; the favoured two rate each other 16 points higher."""
    cells, home = {}, {}
    for section in range(6):
        for number, shifts in enumerate([(1, 2, 3), (4, 5, 1)]):
            for voters, shift in zip("xyz", shifts, strict=True):
                raters = (section + shift) % 6
                mark = 70 + (7 * section + 5 * raters + 3 * section * raters) % 4
                if favoured and {section, raters} == set(favoured):
                    mark += 16
                name = f"{NAMES[section]}{number}"
                cells[name, voters] = [{"quality": mark + at % 3, "spirit": mark - at % 3} for at in range(5)]
                home[name, voters] = raters
    round = make_counted_round(
        cells, sections={f"{NAMES[at]}{number}": f"s{at}" for at in range(6) for number in (0, 1)}
    )
    people = {at: [make_user() for _voter in range(5)] for at in range(6)}
    for at, users in people.items():
        for user in users:
            make_member(round, user, section=f"s{at}")
    Assignment.objects.filter(cell__round=round).delete()
    Assignment.objects.bulk_create(
        Assignment(cell=cell, evaluator=user)
        for cell in round.cells.select_related("subject")
        for user in people[home[cell.subject.label, cell.voter_class]]
    )
    return publish_round(round, by=round.organiser)


def make_two_rounds(now: dict[str, int], before: dict[str, int], **no_trend: Any) -> Round:
    """Return a published round whose subjects were in an earlier one too, with these middle marks."""
    earlier = make_published_round({(name, "all"): spread(12, middle) for name, middle in before.items()})
    round = make_published_round({(name, "all"): spread(12, middle) for name, middle in now.items()})
    for name in now.keys() & before.keys():
        key = earlier.subjects.get(label=name).key
        round.subjects.filter(label=name).update(key=key)
    held = [earlier.subjects.get(label=name).key for name in no_trend.get("subjects", [])]
    exposure = round.exposure | {
        "compared": [earlier.public_id],
        "no_trend": {earlier.public_id: {"subjects": held, "classes": {}, "sections": [], "unit": False}},
    }
    Round.objects.filter(pk=round.pk).update(exposure=exposure)
    round.refresh_from_db()
    return round
