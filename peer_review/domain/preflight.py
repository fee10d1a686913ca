"""What a round will lay open about its voters, found before it opens."""

from peer_review.domain.promises import promise, promises

__all__ = ["promise", "promises"]
