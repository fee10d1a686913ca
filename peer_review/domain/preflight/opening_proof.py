"""The proof that a draft keeps its guarantee, computed once and kept under everything that it depends on.

The organiser's dashboard asks at every visit, so it takes the kept proof. Opening a round proves anew and trusts none.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from peer_review.counting.guarantee import Certificate, certificate
from peer_review.domain.preflight.preflight import setting_of
from peer_review.domain.preflight.roll_arrays import RollPapers, RollReader, read_papers
from peer_review.domain.preflight.sheet_checks import NAMED, sheet_refusals
from peer_review.domain.preflight.subtraction import Subtraction, contested_original, earlier_rounds, subtraction
from peer_review.domain.schemes.schemes import check_scheme, freeze_for
from peer_review.exceptions.base import OpeningRefusal, SchemeInvalid
from peer_review.exceptions.preflight import ExposureUnproved, RepeatedWithFewOthers, SubjectsSubtractable
from peer_review.models import Assignment, Round, SheetEntry

#: How long a proof is kept, in seconds.
KEPT = 24 * 3600


@dataclass(frozen=True, slots=True)
class OpeningProof:
    """A certificate and, where it holds a counter-example, the label of the subject that shows it; and of whom other
    rounds leave too few voters."""

    certificate: Certificate
    subject: str = ""
    subtraction: Subtraction = field(default_factory=Subtraction)

    @property
    def sentence(self) -> str:
        """Return the counter-example as a sentence in the reader's language; empty where there is none."""
        breach = self.certificate.breach
        if breach is None:
            return ""
        values = {
            "n": breach.group,
            "floor": self.certificate.floor,
            "subject": self.subject,
            "ballots": "、".join(str(n) for n in breach.answered),
        }
        if breach.where == "figures":
            text = _("figures could be added and subtracted until only %(n)s ballots are left, fewer than %(floor)s.")
        elif not breach.counted:
            text = _("%(n)s ballots could be told from the rest, fewer than %(floor)s.")
        else:
            text = _(
                "with these answers by voter class: %(ballots)s, about “%(subject)s” or one like it, a figure of %(n)s "
                "ballots would be shown, fewer than %(floor)s."
            )
        return text % values


def proof_of(certificate: Certificate, papers: RollPapers, subtraction: Subtraction | None = None) -> OpeningProof:
    """Return what was found about this roll as a proof that can be kept without the roll."""
    breach, beside = certificate.breach, subtraction or Subtraction()
    if breach is None or breach.subject >= len(papers.subjects):
        return OpeningProof(certificate, subtraction=beside)
    return OpeningProof(certificate, papers.subjects[breach.subject].label, beside)


def prove(round: Round) -> OpeningProof:
    """Return the proof of a draft with its scheme as it stands. Seven queries, and some for each round that may be
    subtracted; 100,000 papers take about a second.

    Raises: SchemeInvalid.
    """
    check_scheme(round.scheme)
    scheme = freeze_for(round)
    papers = read_papers(round, scheme).of_papers
    beside = subtraction(round, scheme, papers, RollReader())
    return proof_of(certificate(setting_of(round, scheme, papers)), papers, beside)


def kept_proof(round: Round) -> OpeningProof:
    """Return the proof of a draft, computed only if anything it depends on has changed.

    For showing only: whoever opens a round proves it (`prove`).
    Raises: SchemeInvalid.
    """
    check_scheme(round.scheme)
    key = f"peer_review:opening-proof:{exposure_fingerprint(round)}"
    kept: OpeningProof | None = cache.get(key)
    if kept is None:
        kept = prove(round)
        cache.set(key, kept, KEPT)
    return kept


def exposure_fingerprint(round: Round) -> str:
    """Return the SHA-256 of everything that a draft's proof depends on: scheme, collection, subjects, papers, voters
    and who of them votes on paper, and the rounds that may be subtracted from it. Who joined or left since is looked up
    anew each day.

    Nine queries; 100,000 papers take about a tenth of a second.
    """
    papers = round.cells.order_by("pk").values_list("pk", "kind", "subject_id", "sheet_id", "voter_class")
    subjects = round.subjects.order_by("sort_order", "pk").values_list("pk", "label", "section_key")
    entries = SheetEntry.objects.filter(sheet__round=round).order_by("pk").values_list("sheet_id", "subject_id")
    digest = hashlib.sha256(repr((round.pk, str(round.collection), freeze_for(round).as_json())).encode())
    others = earlier_rounds(round, timezone.now(), contested_original(round))
    plan = {name: value for name, value in round.plan.items() if name != "state"}
    digest.update(repr((timezone.localdate(), plan, [(other.pk, str(other.state)) for other in others])).encode())
    for rows in (subjects, papers, entries):
        digest.update(repr(list(rows)).encode())
    on_paper = round.members.filter(on_paper=True).order_by("user_id").values_list("user_id", flat=True)
    digest.update(repr(list(on_paper)).encode())
    voters = Assignment.objects.filter(cell__round=round).order_by().values_list("cell_id", "evaluator_id")
    pairs = np.fromiter(chain.from_iterable(voters.iterator(chunk_size=10_000)), dtype=np.int64).reshape(-1, 2)
    digest.update(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].tobytes())
    return digest.hexdigest()


def exposure_refusals(
    round: Round, *, proof_for: Callable[[Round], OpeningProof] = kept_proof
) -> Iterator[OpeningRefusal]:
    """Yield the reasons for which a draft's exposure forbids opening it; of an unsound scheme nothing can be told."""
    yield from sheet_refusals(round)
    try:
        proof = proof_for(round)
    except SchemeInvalid:
        return
    if proof.sentence:
        yield ExposureUnproved(words=proof.sentence)
    yield from subtraction_refusals(proof.subtraction, floor=proof.certificate.floor)


def subtraction_refusals(subtraction: Subtraction, *, floor: int) -> Iterator[OpeningRefusal]:
    """Yield the reasons for which other rounds forbid opening a draft, the subjects by name."""
    for refusal, repeats in ((SubjectsSubtractable, False), (RepeatedWithFewOthers, True)):
        labels = [exposed.label for exposed in subtraction.standing if exposed.repeats is repeats]
        if labels:
            yield refusal(names=_named(labels), floor=floor)


def _named(labels: list[str]) -> str:
    """Return the first five, and how many more there are."""
    named, more = _(", ").join(labels[:NAMED]), len(labels) - NAMED
    return _("%(names)s and %(n)s more") % {"names": named, "n": more} if more > 0 else named
