"""Named refusals of the cryptographic layer. `code` and `status` are what the anonymous endpoints answer with."""

from typing import ClassVar


class CryptoError(Exception):
    """Something that was signed, sealed or encoded is not as the protocol wants it.

    The message names the fault for developers; it never quotes the data, so that no report can carry a ballot.
    """

    code: ClassVar[str] = "bad_encoding"
    status: ClassVar[int] = 400


class BadEncoding(CryptoError):
    """Not base64url, not strict JSON, a field too many or too few, a wrong length."""


class NotCanonical(BadEncoding):
    """Valid JSON, but not in its one canonical form."""


class TooLarge(CryptoError):
    """More bytes than anyone honest sends."""

    code = "too_large"
    status = 413


class UnknownCell(CryptoError):
    """The ballot names a round or a cell that the manifest does not hold."""

    code = "unknown_cell"
    status = 404


class BadToken(CryptoError):
    """The blind signature does not cover this public key, in this round and cell."""

    code = "bad_token"
    status = 403


class BadBallotSignature(CryptoError):
    """The ballot was not signed by its own public key, or was altered afterwards."""

    code = "bad_ballot_signature"
    status = 403


class BadRevision(CryptoError):
    """The ballot was not signed for this revision: what came beside it does not open its salt."""

    code = "bad_revision"
    status = 403


class BadAnswers(CryptoError):
    """The answers do not fit the form: a criterion missing, unknown, or out of range."""

    code = "bad_answers"
    status = 422


class BadKey(CryptoError):
    """A key that may not be used: under 2048 bits, another exponent, another kind."""

    code = "bad_key"
    status = 422


class WrongKey(CryptoError):
    """The key does not open this row, or the row was altered."""

    code = "wrong_key"
    status = 422


class SigningFault(CryptoError):
    """The signature just made does not verify; it was thrown away (RFC 9474, 4.3)."""

    code = "signing_fault"
    status = 500


class KeyUnreadable(CryptoError):
    """A stored private key cannot be decrypted: the secret in the settings has changed."""

    code = "key_unreadable"
    status = 500


class BadCode(CryptoError):
    """A code that a person typed cannot be right. `position` is the first impossible character, from 1, if one is."""

    code = "bad_code"
    status = 422

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class BadRecoveryCode(BadCode):
    """The evaluator's recovery code."""

    code = "bad_recovery_code"


class BadBoxKey(BadCode):
    """The scrutineer's box key."""

    code = "bad_box_key"


class BadShare(BadCode):
    """One share of the box key."""

    code = "bad_share"


class SharesMissing(CryptoError):
    """Fewer shares of the box key than its threshold. `missing` says how many more are needed."""

    code = "shares_missing"
    status = 422

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} more shares are needed")
        self.missing = missing


class SharesMixed(CryptoError):
    """A share of another key: of another round, or of a key that was replaced."""

    code = "shares_mixed"
    status = 422


class WrongShares(CryptoError):
    """The shares make no key of this box. `suspects` are the numbers among which a false one is."""

    code = "wrong_shares"
    status = 422

    def __init__(self, suspects: list[int]) -> None:
        super().__init__("these shares do not make the key of this box")
        self.suspects = suspects


class BadReceipt(CryptoError):
    """The receipt was not signed with the round's receipt key."""

    code = "bad_receipt"
    status = 422


class BadManifest(CryptoError):
    """The manifest is malformed, or its fingerprint is another."""

    code = "bad_manifest"
    status = 422


class BadBulletin(CryptoError):
    """The bulletin's head is not signed by the round, or does not fit what it heads."""

    code = "bad_bulletin"
    status = 422
