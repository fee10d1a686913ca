"""Permissions on pages of disclosures, whatever the permissions of a group (or superuser) say."""

from wagtail.models import Page, PagePermissionTester

from disclosures import rules


class ColumnPermissionTester(PagePermissionTester):
    """A column: documents below it are published by the workflow alone."""

    def can_publish_subpage(self) -> bool:
        """Return False: a document is not created and published in one step."""
        return False


class DocumentPermissionTester(PagePermissionTester):
    """A document: published by the workflow alone; once numbered, it stays."""

    def can_publish(self) -> bool:
        """Return False: the workflow publishes."""
        return False

    def can_set_view_restrictions(self) -> bool:
        """Return False: the document's own audience names its readers."""
        return False

    def can_unschedule(self) -> bool:
        """Return whether the person is of the leadership, which may cancel a scheduled publication."""
        return bool(self.user.is_active and rules.can_withdraw(self.user))

    def can_unpublish(self) -> bool:
        """Return whether the person is of the leadership, which withdraws what it approved."""
        return bool(self.page.live and not self.page_locked() and rules.can_withdraw(self.user))

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Return whether the document is a draft that the person may delete."""
        return not self.page.specific.index_number and bool(super().can_delete(ignore_bulk=ignore_bulk))

    def can_move_to(self, destination: Page) -> bool:
        """Return whether the document is a draft that the person may move: the column is part of the number."""
        return not self.page.specific.index_number and bool(super().can_move_to(destination))
