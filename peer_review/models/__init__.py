"""Nouns of peer review, one file each."""

from .announcement import Announcement, Notice
from .anomaly import Anomaly, AnomalyRun
from .assignment import Assignment
from .bulletin import Bulletin
from .cell import Cell, PooledKey, Sheet, SheetEntry
from .count_run import CountRun
from .custody import KeyShare, Urn
from .result import CriterionResult, Result
from .roll import Exclusion, RollMember, Subject
from .round import Round
from .scheme import Criterion, Scheme, VoterClass
from .shown import Refused, Shown
from .words import Comment, SelfEvaluation

__all__ = [
    "Announcement",
    "Anomaly",
    "AnomalyRun",
    "Assignment",
    "Bulletin",
    "Cell",
    "Comment",
    "CountRun",
    "Criterion",
    "CriterionResult",
    "Exclusion",
    "KeyShare",
    "Notice",
    "PooledKey",
    "Refused",
    "Result",
    "RollMember",
    "Round",
    "Scheme",
    "SelfEvaluation",
    "Sheet",
    "SheetEntry",
    "Shown",
    "Subject",
    "Urn",
    "VoterClass",
]
