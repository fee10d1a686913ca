"""Nouns of peer review, one file each."""

from .announcement import Announcement, Notice
from .anomaly import Anomaly, AnomalyRun
from .assignment import Assignment
from .bulletin import Bulletin
from .cell import Cell, PooledKey, Sheet, SheetEntry
from .contest import Contest, ContestStage
from .count_run import CountRun
from .custody import KeyShare, Urn
from .decision import Decision, OutcomeNotice, PublicNotice, PublicNoticeEntry
from .drawn import Drawn, Ticket
from .early_closing import EarlyClosing
from .finding import RaisedFinding
from .ledger import DisclosureEntry, RefusedQuery
from .result import CriterionResult, Result
from .roll import Exclusion, RollMember, Subject
from .roll_touch import RollConfirmation, RollTouch, TouchedSubject
from .round import Round
from .scheme import Criterion, Scheme, VoterClass
from .words import Comment, SelfEvaluation

__all__ = [
    "Announcement",
    "Anomaly",
    "AnomalyRun",
    "Assignment",
    "Bulletin",
    "Cell",
    "Comment",
    "Contest",
    "ContestStage",
    "CountRun",
    "Criterion",
    "CriterionResult",
    "Decision",
    "DisclosureEntry",
    "Drawn",
    "EarlyClosing",
    "Exclusion",
    "KeyShare",
    "Notice",
    "OutcomeNotice",
    "PooledKey",
    "PublicNotice",
    "PublicNoticeEntry",
    "RaisedFinding",
    "RefusedQuery",
    "Result",
    "RollConfirmation",
    "RollMember",
    "RollTouch",
    "Round",
    "Scheme",
    "SelfEvaluation",
    "Sheet",
    "SheetEntry",
    "Subject",
    "Ticket",
    "TouchedSubject",
    "Urn",
    "VoterClass",
]
