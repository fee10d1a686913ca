"""What Wagtail's admin offers on the pages of disclosure, whatever the permissions of a group (or superuser) say."""

from wagtail.models import Page, PagePermissionTester

from disclosures import rules


class ColumnPermissionTester(PagePermissionTester):
    """A column: documents below it are published by the workflow alone."""

    def can_publish_subpage(self) -> bool:
        """Nobody creates and publishes in one go."""
        return False


class DocumentPermissionTester(PagePermissionTester):
    """A document: published by the workflow alone; once numbered, it stays."""

    def can_publish(self) -> bool:
        """Nobody publishes directly."""
        return False

    def can_set_view_restrictions(self) -> bool:
        """The document's own audience says who may read it."""
        return False

    def can_unschedule(self) -> bool:
        """Whoever approves may also take back a date of publication."""
        return bool(self.user.is_active and rules.can_withdraw(self.user))

    def can_unpublish(self) -> bool:
        """The leadership withdraws what it approved."""
        return bool(self.page.live and not self.page_locked() and rules.can_withdraw(self.user))

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Drafts only."""
        return not self.page.specific.index_number and bool(super().can_delete(ignore_bulk=ignore_bulk))

    def can_move_to(self, destination: Page) -> bool:
        """Drafts only: the column is part of the number."""
        return not self.page.specific.index_number and bool(super().can_move_to(destination))
