"""Pages that give out one-time links: as printed slips, as a file, by mail."""

import csv
import io
from collections.abc import Iterator

import segno
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from wagtail.admin import messages

from foundation.paging import page_of
from organisation import tasks
from organisation.domain.invitations import Slip, invite
from organisation.exceptions import HasPassword
from organisation.models import Section, Staff
from organisation.querysets import StaffQuerySet
from organisation.views.admin import ManagerView

PAGE_SIZE = 50
PRINT_LIMIT = 300


class InvitationPage(ManagerView):
    """Any page about invitations."""

    index_url_name = "organisation_invitations:index"
    index_label = gettext_lazy("Invitations")
    page_title = gettext_lazy("Invitations")
    header_icon = "mail"


def _waiting(section: Section | None) -> StaffQuerySet:
    """Return who has no password yet, in a section and below it, or everywhere."""
    people = Staff.objects.awaiting_invitation()
    return people.in_sections(Section.objects.ids_below(section.pk)) if section else people


def _section(code: str) -> Section | None:
    return Section.objects.filter(code=code).first() if code else None


class InvitationListView(InvitationPage):
    """The people who have no password yet."""

    template_name = "organisation/admin/invitation_index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        section = _section(request.GET.get("section", ""))
        waiting = _waiting(section)
        page = page_of(
            waiting.with_place().prefetch_related("user__invitations"),
            key="name_key",
            size=PAGE_SIZE,
            descending=False,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        context = self.get_context_data(
            section=section,
            sections=Section.objects.all(),
            people=page.rows,
            page=page,
            total=waiting.count(),
            now=timezone.now(),
            print_limit=PRINT_LIMIT,
        )
        return self.render_to_response(context)


class InvitationGiveOutView(InvitationPage):
    """Create fresh links and show them once."""

    template_name = "organisation/admin/invitation_slips.html"

    def get_page_subtitle(self) -> str:
        return _("Slips to print")

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        section = _section(request.POST.get("section", ""))
        people = _waiting(section).with_place().order_by("name_key", "pk")
        way = request.POST.get("way")
        if way == "mail":
            ids = list(people.exclude(user__email="").values_list("pk", flat=True))
            tasks.mail_invitations.enqueue(ids, int(request.user.pk), get_language())  # type: ignore[arg-type]  # a manager
            sent = ngettext(
                "%(count)d invitation is being mailed.", "%(count)d invitations are being mailed.", len(ids)
            )
            messages.success(request, sent % {"count": len(ids)})
            return redirect(self.index_url_name)
        if way == "file":
            return self.as_file(people)
        if people.count() > PRINT_LIMIT:
            messages.error(
                request,
                _("More than %(count)d people are too many to print at once. Choose a section, or take the file.")
                % {"count": PRINT_LIMIT},
            )
            return redirect(self.index_url_name)
        return self.as_slips(people)

    def as_slips(self, people: StaffQuerySet) -> HttpResponse:
        slips = [{"slip": slip, "code": _picture(slip.url)} for slip in invite(people=people, by=self.request.user)]  # type: ignore[arg-type]  # a manager
        response = self.render_to_response(self.get_context_data(slips=slips))
        response["Cache-Control"] = "no-store"
        return response

    def as_file(self, people: StaffQuerySet) -> StreamingHttpResponse:
        response = StreamingHttpResponse(
            _lines(invite(people=people.iterator(chunk_size=500), by=self.request.user)),  # type: ignore[arg-type]  # a manager
            content_type="text/csv; charset=utf-8",
        )
        response["Content-Disposition"] = 'attachment; filename="invitations.csv"'
        response["Cache-Control"] = "no-store"
        return response


class InvitationRenewView(InvitationPage):
    """A new link for one person: the first was lost. Whoever has a password gets a reset, which takes two people."""

    template_name = "organisation/admin/invitation_slips.html"

    def get_page_subtitle(self) -> str:
        return _("Slips to print")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = get_object_or_404(Staff.objects.current().select_related("user"), pk=pk)
        if person.user.has_usable_password():
            messages.warning(request, str(HasPassword.message))
            return redirect(reverse("resets") + "?" + urlencode({"person": person.user.get_username()}))
        (slip,) = invite(people=[person], by=request.user)  # type: ignore[arg-type]  # a manager
        response = self.render_to_response(self.get_context_data(slips=[{"slip": slip, "code": _picture(slip.url)}]))
        response["Cache-Control"] = "no-store"
        return response


def _picture(url: str) -> SafeString:
    """Return the link as a square code for a phone's camera; the address stands beside it in letters."""
    code = segno.make(url, error="m").svg_inline(scale=3, border=2, omitsize=False)
    return mark_safe(code)  # noqa: S308 - drawn by segno from our own address


def _lines(slips: Iterator[Slip]) -> Iterator[str]:
    """Yield a CSV file line by line; it begins with the mark by which Excel knows UTF-8."""
    yield "\ufeff" + _line([_("Employee number"), _("Name"), _("Section"), _("User name"), _("Link"), _("Valid until")])
    for slip in slips:
        place = slip.staff.place
        yield _line(
            [
                slip.staff.employee_number,
                slip.staff.user.get_full_name(),
                place.section.name if place else "",
                slip.staff.user.get_username(),
                slip.url,
                timezone.localtime(slip.invitation.expires_at).strftime("%Y-%m-%d %H:%M"),
            ]
        )


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    # A cell that a spreadsheet would take for a formula is made text.
    csv.writer(out).writerow([f"'{cell}" if str(cell)[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return out.getvalue()
