"""Nouns of the organisation."""

from organisation.models.address import AddressChange
from organisation.models.enrolment_code import EnrolmentCode, FactorWitness
from organisation.models.grant import RoleGrant
from organisation.models.import_run import ImportRun
from organisation.models.invitation import Invitation
from organisation.models.lost_factor import LostFactor
from organisation.models.notice import AccountNotice
from organisation.models.rank import Rank
from organisation.models.reset import PasswordReset
from organisation.models.section import Section
from organisation.models.session import UserSession
from organisation.models.staff import Membership, Staff
from organisation.models.user import User

__all__ = [
    "AccountNotice",
    "AddressChange",
    "EnrolmentCode",
    "FactorWitness",
    "ImportRun",
    "Invitation",
    "LostFactor",
    "Membership",
    "PasswordReset",
    "Rank",
    "RoleGrant",
    "Section",
    "Staff",
    "User",
    "UserSession",
]
