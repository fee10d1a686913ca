"""The sample election of the ballot protocol, which these tests seal and sign with too."""

from tests.peer_review.protocol.conftest import election

__all__ = ["election"]
