"""The nouns of the forum."""

from forum_pages.models.comment import TopicComment, insert_comment
from forum_pages.models.pages import Access, BoardGrant, BoardPage, ForumIndexPage, load_access
from forum_pages.models.reading import BoardMark, TopicRead
from forum_pages.models.report import Report
from forum_pages.models.revision import PostRevision
from forum_pages.models.tally import BoardTally
from forum_pages.models.topic import Topic, TopicFlag, author_name

__all__ = [
    "Access",
    "BoardGrant",
    "BoardMark",
    "BoardPage",
    "BoardTally",
    "ForumIndexPage",
    "PostRevision",
    "Report",
    "Topic",
    "TopicComment",
    "TopicFlag",
    "TopicRead",
    "author_name",
    "insert_comment",
    "load_access",
]
