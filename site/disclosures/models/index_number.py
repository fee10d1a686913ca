"""Index numbers of published documents: 公开-2026-政-0001."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

PREFIX = "公开"


class IndexNumberCounter(models.Model):
    """The last number given in one column and year.

    A number is taken inside the transaction that publishes: the row stays locked until then, so the numbers of a
    column and year have neither doubles nor gaps, however many people publish at once.
    """

    code = models.CharField(_("code in index numbers"), max_length=8)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("counter of index numbers")
        verbose_name_plural = _("counters of index numbers")
        constraints = [models.UniqueConstraint(fields=["code", "year"], name="disclosures_one_counter")]

    def __str__(self) -> str:
        return format_index_number(code=self.code, year=self.year, number=self.last)

    @classmethod
    def lock(cls, *, code: str, year: int) -> "IndexNumberCounter":
        """Return the counter, held until the end of the transaction, which must be open."""
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("Index numbers are given inside a transaction only.")
        counter, _created = cls.objects.select_for_update().get_or_create(code=code, year=year)
        return counter

    def take(self) -> str:
        """Return the next number. The counter must come from `lock`."""
        self.last += 1
        self.save(update_fields=["last"])
        return str(self)


def format_index_number(*, code: str, year: int, number: int) -> str:
    """Return the number as written: 公开, the year of publication, the code of the column, four digits or more."""
    return f"{PREFIX}-{year}-{code}-{number:04d}"
