"""Keeps Django's own tables out of the ballot box, and the box's out of Django."""

from django.db.models import Model

from peer_review.conf import conf


class BoxRouter:
    """Database router: the box alias takes no migration and no model.

    The box's tables are made and dropped by `peer_review.box.store`, one set per round, because Django would
    give each row a sequence, each table a content type and each change a time.
    """

    def db_for_read(self, model: type[Model], **hints: object) -> None:
        return None

    def db_for_write(self, model: type[Model], **hints: object) -> None:
        return None

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        return False if db == conf.BOX_DATABASE else None
