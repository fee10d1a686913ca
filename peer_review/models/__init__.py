"""Nouns of peer review, one file each."""

from .assignment import Assignment
from .bulletin import Bulletin
from .cell import Cell, PooledKey
from .count_run import CountRun
from .result import CriterionResult, Result
from .roll import RollMember, Subject
from .round import Round
from .scheme import Criterion, Scheme, VoterClass

__all__ = [
    "Assignment",
    "Bulletin",
    "Cell",
    "CountRun",
    "Criterion",
    "CriterionResult",
    "PooledKey",
    "Result",
    "RollMember",
    "Round",
    "Scheme",
    "Subject",
    "VoterClass",
]
