"""Comments: only from k up, only after their reviewer, shuffled, and without a word in the main database before."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.db import IntegrityError, transaction
from wagtail.admin.viewsets import viewsets
from wagtail.models import ModelLogEntry
from wagtail.search.index import get_indexed_models
from wagtail.snippets.models import get_snippet_models

from peer_review.domain.publication import comments as domain
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.exceptions.base import ReasonMissing, RoundStateInvalid
from peer_review.exceptions.publication import CommentsUnreviewed, ReviewFinished, UnknownComment
from peer_review.models import Comment, Round, SelfEvaluation
from tests.factories.peer_review.counted_rounds import count_all, make_counted_round, open_ready, papers
from tests.factories.peer_review.rounds import make_comment_cell, make_ready_round, make_user
from tests.peer_review.privacy.test_leaks import dump

pytestmark = pytest.mark.django_db(databases=["default", "box"])

WORDS = [f"Words number {name}" for name in ("one", "two", "three", "four", "five", "six", "seven")]


def counted(comments: dict[str, list[str]], **kwargs: Any) -> Round:
    """A counted round whose reviewer is on no roll, with the usual ballots beside the comments."""
    cells = {(name, "all"): papers(6) for name in comments}
    reviewer = kwargs.pop("reviewer", None) or make_user("Reviewer")
    return make_counted_round(cells, comments=comments, reviewer=reviewer, **kwargs)


def read(round: Round, at: int = 0) -> domain.SubjectComments:
    return domain.comments_to_review(round)[at]


def withhold(round: Round, text: str, reason: str = "names somebody") -> Comment:
    [entry] = [one.entry for of in domain.comments_to_review(round) for one in of.comments if one.text == text]
    return domain.withhold_comment(round, by=round.comment_reviewer, entry=entry, reason=reason)


def shown(round: Round, name: str = "甲") -> set[str]:
    return set(
        Comment.objects.filter(subject__round=round, subject__label=name, withheld=False).values_list("text", flat=True)
    )


def finish_and_publish(round: Round) -> Round:
    domain.finish_review(round, by=round.comment_reviewer)
    return publish_round(round, by=round.organiser)


def test_reviewer_reads_only_subjects_with_enough_comments() -> None:
    round = counted({"甲": WORDS[:5], "乙": WORDS[:4], "丙": [*WORDS[:4], "", "  \n "]})
    [one] = domain.comments_to_review(round)
    assert one.subject.label == "甲"
    assert {comment.text for comment in one.comments} == set(WORDS[:5])


def test_publication_waits_for_the_review() -> None:
    round = counted({"甲": WORDS})
    with pytest.raises(CommentsUnreviewed) as refusal:
        publish_round(round, by=round.organiser)
    assert "Reviewer" in refusal.value.message
    round.refresh_from_db()
    assert (round.state, Comment.objects.count()) == ("counted", 0)
    finish_and_publish(round)
    assert shown(round) == set(WORDS)


def test_nothing_to_review_holds_nothing_up() -> None:
    round = counted({"甲": WORDS[:4]})
    assert publish_round(round, by=round.organiser).state == "published"
    assert not Comment.objects.exists()


def test_reviewer_who_left_holds_nothing_up_and_no_comment_is_shown() -> None:
    round = counted({"甲": WORDS}, reviewer=make_user("Reviewer", is_active=False))
    assert publish_round(round, by=round.organiser).state == "published"
    assert not Comment.objects.exists()


def test_withheld_comment_is_not_shown_and_leaves_no_words() -> None:
    round = counted({"甲": WORDS})
    withhold(round, WORDS[0], reason="  names\n a colleague ")
    [one] = domain.comments_to_review(round)
    assert [comment.reason for comment in one.comments if comment.withheld] == ["names a colleague"]
    finish_and_publish(round)
    assert shown(round) == set(WORDS[1:])
    [kept] = Comment.objects.filter(withheld=True)
    assert (kept.text, kept.entry, kept.reason) == ("", "", "names a colleague")


def test_withheld_comment_can_be_readmitted_until_the_review_is_finished() -> None:
    round = counted({"甲": WORDS})
    entry = withhold(round, WORDS[0]).entry
    domain.readmit_comment(round, by=round.comment_reviewer, entry=entry)
    assert read(round).remaining == 7
    withhold(round, WORDS[0])
    domain.finish_review(round, by=round.comment_reviewer)
    for act in (domain.readmit_comment, domain.finish_review):
        with pytest.raises(ReviewFinished):
            act(round, by=round.comment_reviewer, **({"entry": entry} if act is domain.readmit_comment else {}))
    with pytest.raises(ReviewFinished):
        withhold(round, WORDS[1])


def test_too_few_left_after_withholding_are_not_shown_and_the_reviewer_knows_before() -> None:
    round = counted({"甲": WORDS[:6], "乙": [f"{text} more" for text in WORDS]})
    assert (read(round).spare, read(round).is_shown) == (1, True)
    withhold(round, read(round).comments[0].text)
    assert (read(round).spare, read(round).is_shown) == (0, True)
    one = next(comment for comment in read(round).comments if not comment.withheld)
    domain.withhold_comment(round, by=None, entry=one.entry, reason="names somebody")
    assert (read(round).spare, read(round).is_shown) == (0, False)
    finish_and_publish(round)
    assert (shown(round, "甲"), len(shown(round, "乙"))) == (set(), 7)


@pytest.mark.parametrize("known", ["envelopes", "declared"])
def test_words_that_others_may_know_must_be_left_beyond_the_floor(known: str) -> None:
    """Eight wrote, two of them with tickets or in a declared class. Whoever withholds two others leaves the floor of
    six, but four of whom nobody knows; so one may be withheld and no more, whichever it is."""
    round = known_round(known)
    one = read(round)
    assert (len(one.comments), one.spare, one.is_shown) == (8, 1, True)
    texts = [comment.text for comment in one.comments]
    withhold(round, texts[0])
    assert (read(round).spare, read(round).is_shown) == (0, True)
    withhold(round, texts[1])
    assert (read(round).spare, read(round).is_shown) == (0, False)
    finish_and_publish(round)
    assert shown(round) == set()


@pytest.mark.parametrize("known", ["envelopes", "declared"])
def test_withholding_in_steps_comes_no_further_than_at_once(known: str) -> None:
    """Readmitting and withholding others in turn leaves as many as withholding them once, whatever the order."""
    round = known_round(known)
    entries = [comment.entry for comment in read(round).comments]
    for entry in entries:
        domain.withhold_comment(round, by=None, entry=entry, reason="names somebody")
        assert read(round).is_shown is (read(round).remaining >= 7)
        domain.readmit_comment(round, by=None, entry=entry)
    for entry in entries[:2]:
        domain.withhold_comment(round, by=None, entry=entry, reason="names somebody")
    domain.readmit_comment(round, by=None, entry=entries[0])
    finish_and_publish(round)
    assert len(shown(round)) == 7


@pytest.mark.parametrize("known", ["envelopes", "declared"])
def test_the_reviewer_cannot_tell_which_words_others_may_know(known: str) -> None:
    """What the reviewer reads is the same whichever of the papers were cast by ticket: all of a subject are alike."""
    round = known_round(known)
    one = read(round)
    assert {(comment.withheld, comment.reason) for comment in one.comments} == {(False, "")}
    assert {len(comment.entry) for comment in one.comments} == {64}
    assert [comment.entry for comment in one.comments] == sorted(comment.entry for comment in one.comments)


def known_round(known: str) -> Round:
    """A round about somebody of whom eight wrote, of two of whom others may know what they said."""
    words = [f"Words number {number}" for number in range(8)]
    if known == "envelopes":
        return counted({"甲": words}, envelopes={"甲": 2})
    people = [make_user(f"Voter {number}") for number in range(8)]
    return make_counted_round(
        {("甲", "leaders"): papers(2), ("甲", "staff"): papers(6)},
        who={("甲", "leaders"): people[:2], ("甲", "staff"): people[2:]},
        comments={"甲": words},
        writers=people,
        not_anonymous=["leaders"],
        reviewer=make_user("Reviewer"),
    )


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_withholding_needs_a_reason(reason: str) -> None:
    round = counted({"甲": WORDS})
    with pytest.raises(ReasonMissing):
        withhold(round, WORDS[0], reason=reason)
    assert not Comment.objects.exists()


def test_only_a_comment_that_may_be_read_can_be_withheld() -> None:
    """Neither one of another round, nor none; of those under the floor there is none to be named."""
    round, other = counted({"甲": WORDS, "乙": WORDS[:4]}), counted({"甲": WORDS})
    thin = round.cells.get(kind="comment", subject__label="乙")
    assert thin.key not in {ballot.cell for ballot in domain.store.ballots(round.public_id)}
    for entry in (domain._entry_name(round, bytes(32)), read(other).comments[0].entry, "", "0" * 64):
        for act in (domain.withhold_comment, domain.readmit_comment):
            with pytest.raises(UnknownComment):
                act(round, by=None, entry=entry, **({"reason": "r"} if act is domain.withhold_comment else {}))


@pytest.mark.parametrize("state", ["open", "closed", "published", "archived", "void"])
def test_comments_are_reviewed_between_count_and_publication_only(state: str) -> None:
    round = counted({"甲": WORDS})
    entry = read(round).comments[0].entry
    Round.objects.filter(pk=round.pk).update(state=state)
    with pytest.raises(RoundStateInvalid):
        domain.withhold_comment(round, by=None, entry=entry, reason="r")
    with pytest.raises(RoundStateInvalid):
        domain.readmit_comment(round, by=None, entry=entry)
    with pytest.raises(RoundStateInvalid):
        domain.finish_review(round, by=None)


def test_acts_go_on_record_without_the_words() -> None:
    round = counted({"甲": WORDS})
    entry = withhold(round, WORDS[0], reason="names a colleague").entry
    domain.readmit_comment(round, by=round.comment_reviewer, entry=entry)
    finish_and_publish(round)
    acts = ModelLogEntry.objects.filter(action__startswith="peer_review.comment").order_by("pk")
    assert [(act.action.rpartition(".")[2], act.data) for act in acts] == [
        ("withhold", {"subject": "甲", "reason": "names a colleague"}),
        ("readmit", {"subject": "甲"}),
        ("review", {"withheld": 0}),
    ]
    assert {act.user for act in acts} == {round.comment_reviewer}
    assert ModelLogEntry.objects.get(action="peer_review.round.publish").data == {"comments": 7}


def test_published_order_is_neither_that_of_the_box_nor_of_the_reviewer() -> None:
    """Twelve comments in the same order twice: once in 479 million times."""
    round = counted({"甲": [f"Words {letter}" for letter in "abcdefghijkl"]})
    reviewed = [comment.text for comment in read(round).comments]
    finish_and_publish(round)
    published = list(Comment.objects.order_by("pk").values_list("text", flat=True))
    assert sorted(published) == sorted(reviewed)
    assert published != reviewed


def test_comments_are_in_no_figure() -> None:
    round, bare = counted({"甲": WORDS}), make_counted_round({("甲", "all"): papers(6)})
    finish_and_publish(round)
    publish_round(bare, by=bare.organiser)
    fields = ("scope", "score", "low", "high", "ballots", "classes", "comparable")
    assert list(round.results.values_list(*fields)) == list(bare.results.values_list(*fields))


def test_database_refuses_a_withheld_comment_with_words() -> None:
    subject = counted({"甲": WORDS}).subjects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(subject=subject, text="words", withheld=True, reason="r")


def test_no_word_is_in_the_admin_nor_in_the_search_index() -> None:
    assert not {Comment, SelfEvaluation} & set(admin.site._registry)
    assert not {Comment, SelfEvaluation} & set(get_snippet_models())
    assert not {Comment, SelfEvaluation} & set(get_indexed_models())
    assert not {Comment, SelfEvaluation} & {hook.model for hook in viewsets.viewsets if hasattr(hook, "model")}


def test_round_with_comments_opens_only_with_a_reviewer_who_is_not_evaluated() -> None:
    running = make_ready_round(scheme__comments=True)

    def obstacles(reviewer: Any) -> list[str]:
        running.round.comment_reviewer = reviewer
        return [one.code for one in opening_refusals(running.round)]

    evaluated = running.round.subjects.get().member.user
    assert "no_comment_reviewer" in obstacles(None)
    assert "no_comment_reviewer" in obstacles(make_user(is_active=False))
    assert "comment_reviewer_evaluated" in obstacles(evaluated)
    assert not {"no_comment_reviewer", "comment_reviewer_evaluated"} & set(obstacles(make_user()))
    running.round.scheme.comments = False
    assert "no_comment_reviewer" not in obstacles(None)


def occurs(text: str, data: bytes) -> bool:
    """Whether a text is in what a database holds; PostgreSQL prints bytes as hexadecimal digits."""
    return text.encode() in data or text.encode().hex().encode() in data


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_words_lie_in_the_box_alone_before_publication_and_under_the_floor_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cast for real, counted for real; then the files, the log, the cache and the audit log are searched."""
    running = make_ready_round(evaluators=7, subjects=2, scheme__comments=True, comment_reviewer=make_user("Reviewer"))
    voters = [one.user for one in running.evaluators[2:]]
    cells = [make_comment_cell(subject, voters) for subject in running.round.subjects.all()]
    open_ready(running)
    for at, evaluator in enumerate(running.evaluators[2:]):
        own = {
            cell: {"text": f"Secret words {at} {cell}"} if cell in {one.key for one in cells} else running.answers
            for cell in evaluator.cells
        }
        # Of the second subject two say something, the others nothing.
        if at > 1:
            own[cells[1].key] = {"text": ""}
        running.stuff(evaluator, own)
    round = count_all(running)
    [one] = domain.comments_to_review(round)
    assert len(one.comments) == 5
    domain.withhold_comment(round, by=None, entry=one.comments[0].entry, reason="names somebody")
    assert not occurs("Secret words", dump("default", tmp_path))
    assert occurs("Secret words", dump("box", tmp_path))  # the search bites

    domain.finish_review(round, by=None)
    publish_round(round, by=round.organiser)
    main = dump("default", tmp_path)
    assert all(occurs(comment.text, main) for comment in one.comments[1:])
    assert not occurs(one.comments[0].text, main)
    assert not any(occurs(f"Secret words {at} {cells[1].key}", main) for at in range(5))
    assert "Secret words" not in caplog.text
    assert "Secret words" not in str(getattr(cache, "_cache", "")) + str(list(ModelLogEntry.objects.values("data")))
