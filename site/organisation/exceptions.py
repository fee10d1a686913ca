"""Named refusals. Each carries a sentence that may be shown to the person who asked."""

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Refusal


class MembershipOverlap(Refusal):
    """A date lies before the present membership began."""

    message = _("This date lies before the present membership began. Choose a later date.")


class AlreadyLeft(Refusal):
    """The person is no longer a member of staff."""

    message = _("This person has already left.")


class NotLeft(Refusal):
    """The person is still a member of staff."""

    message = _("This person has not left.")


class LeavesBeforeJoining(Refusal):
    """The last day lies before the first."""

    message = _("The day of leaving lies before the day of joining.")


class NumberTaken(Refusal):
    """Employee numbers are given once."""

    message = _("Another person has this employee number.")


class UsernameTaken(Refusal):
    """User names are given once."""

    message = _("Another account has this user name.")


class SectionCycle(Refusal):
    """A section cannot be part of itself."""

    message = _("A section cannot lie below itself.")


class DerivedRole(Refusal):
    """Staff and section heads follow from the staff record."""

    message = _("This role follows from the staff record and is not assigned by hand.")


class InvitationUnknown(Refusal):
    """The link was never given out, or was replaced by a newer one."""

    message = _("This invitation is not known. Perhaps a newer one has replaced it.")


class InvitationSpent(Refusal):
    """The link was used."""

    message = _("This invitation has already been used. Sign in with the password set then.")


class InvitationExpired(Refusal):
    """The link is too old."""

    message = _("This invitation has expired. Ask the administrator for a new one.")


class AccountClosed(Refusal):
    """The person has left, or the account is closed."""

    message = _("This account is closed.")


class ImportNotReady(Refusal):
    """The import is not in the state that this step starts from."""

    message = _("This import is no longer waiting for that step. Look at its page again.")


class ImportStale(Refusal):
    """Between check and confirmation the staff records changed."""

    message = _("The records have changed since the check. The comparison was made anew; please look at it again.")


class FileRefused(Refusal):
    """The file as a whole cannot be read."""

    message = _("This file cannot be read.")


class NeedsGrant(Refusal):
    """The role is held by a grant that a second person confirms."""

    message = _("This role is proposed under “Roles”, and a second person confirms it.")


class NeedsNoGrant(Refusal):
    """The role is given in the staff record."""

    message = _("This role needs no second person: give it in the staff record.")


class NotGrantors(Refusal):
    """Somebody who neither administers nor inspects."""

    message = _("Only administrators and inspectors propose, confirm and withdraw roles.")


class NotForYourself(Refusal):
    """Nobody proposes or confirms a role of their own."""

    message = _("Nobody gives a role to themselves. Ask somebody else.")


class OwnSessions(Refusal):
    """The page that ends somebody else's sessions was used for one's own."""

    message = _("End your own sessions under “Where I am signed in”.")


class NotSecondPerson(Refusal):
    """Whoever proposed does not confirm."""

    message = _("You proposed this yourself. A second person has to confirm it.")


class AlreadyGranted(Refusal):
    """The person holds the role or is proposed for it."""

    message = _("This person holds this role already, or is proposed for it.")


class GrantSettled(Refusal):
    """The proposal was confirmed or withdrawn meanwhile."""

    message = _("Somebody has settled this meanwhile. Look at the list again.")


class GrantsExist(Refusal):
    """The first two are named once, before anything else."""

    message = _("Roles have been proposed before. The first two people are named only once.")


class LastHolder(Refusal):
    """One administrator and one inspector stay."""

    message = _("Nobody else holds this role. Have somebody else confirmed first.")


class HasPassword(Refusal):
    """The account has an owner who set a password."""

    message = _("This account has a password. A new way in is a reset, which takes two people.")


class HasNoPassword(Refusal):
    """Nobody has set a password yet."""

    message = _("This account has no password yet: give out an invitation.")


class ResetOpen(Refusal):
    """A reset of this account is under way."""

    message = _("A reset of this account is under way.")


class TooEarly(Refusal):
    """The days in which the owner may stop it are not over."""

    message = _("The days in which the owner may stop this are not over yet.")


class ResetSettled(Refusal):
    """The reset is no longer at this step."""

    message = _("This reset is no longer waiting for that step. Look at the list again.")


class NotTheOwner(Refusal):
    """The link does not belong to whoever is signed in."""

    message = _("This link is not for your account.")


class OwnerAnswers(Refusal):
    """The owner confirms by mail or second factor."""

    message = _("The owner confirms: with the link in the mail to the account’s address, or with the second factor.")


class WrongPassword(Refusal):
    """The password that was asked again does not match."""

    message = _("This is not your password.")


class TooManyAttempts(Refusal):
    """Wrong passwords came before; the next one waits."""

    message = _("Too many attempts. Wait a minute, then try again.")


class SecondFactorWrong(Refusal):
    """The code or the key does not match."""

    message = _("This code or key does not match.")


class EnrolmentCodeWrong(Refusal):
    """The first factor is enrolled in somebody's presence."""

    message = _(
        "This enrolment code does not match or has expired. Ask an administrator or inspector to show you one, face to "
        "face."
    )


class FactorThere(Refusal):
    """One factor of this kind is enough."""

    message = _("This account has a second factor already.")


class FactorUnknown(Refusal):
    """There is no such factor."""

    message = _("There is no such second factor.")


class LastFactor(Refusal):
    """The role requires one."""

    message = _("Your role requires a second factor. Add another one before you remove this one.")
