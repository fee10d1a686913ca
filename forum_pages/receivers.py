"""What the forum hears from others."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.dispatch import receiver
from django_comments.signals import comment_will_be_posted

from forum_pages.models import Topic


@receiver(comment_will_be_posted, dispatch_uid="forum_pages_own_door")
def refuse_foreign_door(sender: Any, comment: Any, **kwargs: Any) -> bool | None:
    """Let no comment on a topic in by the views of django-comments: they know neither boards nor locks."""
    return False if comment.content_type == ContentType.objects.get_for_model(Topic) else None
