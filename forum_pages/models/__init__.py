"""The nouns of the forum."""

from forum_pages.models.comment import TopicComment, insert_comment
from forum_pages.models.pages import BoardGrant, BoardPage, ForumIndexPage
from forum_pages.models.reading import BoardMark, TopicRead
from forum_pages.models.report import Report
from forum_pages.models.revision import PostRevision
from forum_pages.models.tally import BoardTally
from forum_pages.models.topic import Topic, TopicFlag

__all__ = [
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
    "insert_comment",
]
