"""Receivers of other apps' signals."""

from django.contrib.contenttypes.models import ContentType
from django.dispatch import receiver
from django_comments.models import Comment
from django_comments.signals import comment_will_be_posted

from forum_pages.models import Topic


@receiver(comment_will_be_posted, dispatch_uid="forum_pages_block_native_endpoint")
def block_native_endpoint(sender: type[Comment], comment: Comment, **kwargs: object) -> bool | None:
    """Return False for a comment on a topic: the views of django-comments know neither boards nor locks."""
    return False if comment.content_type == ContentType.objects.get_for_model(Topic) else None
