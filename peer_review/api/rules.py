"""Who confirms tokens."""

from peer_review.rules.roles import is_administrator, is_inspector

can_confirm_tokens = is_inspector | is_administrator
