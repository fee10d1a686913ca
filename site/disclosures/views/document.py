"""The page of a document, with its comments."""

import rules
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from disclosures.domain.comments import add_comment, comments_on, remove_comment
from disclosures.exceptions import CommentsClosed
from disclosures.forms import CommentForm
from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from disclosures.rules import COMMENT, can_read, is_addressed, is_moderator
from foundation.paging import page_of
from organisation.roles import is_signed_in

COMMENTS = 20


def answer_reader(request: HttpRequest, page: DisclosurePage) -> HttpResponse:
    """Show the document, or take a comment. A stranger to whom it is not addressed is asked to sign in.

    Raises: Http404 to anybody else to whom it is not addressed.
    """
    is_preview = getattr(request, "is_preview", False)
    if not is_preview and not is_addressed(request.user, page):
        if not is_signed_in(request.user):
            return redirect_to_login(request.get_full_path())
        raise Http404
    if request.method == "POST" and not is_preview:
        return _take_comment(request, page)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return _show(request, page, form=CommentForm())


def _take_comment(request: HttpRequest, page: DisclosurePage) -> HttpResponse:
    if request.POST.get("remove", "").isdigit() and len(request.POST["remove"]) < 19:
        if remove_comment(page=page, comment_id=int(request.POST["remove"]), user=request.user):
            messages.success(request, _("The comment was removed."))
        return HttpResponseRedirect(f"{request.path}#comments")
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            comment = add_comment(page=page, user=request.user, text=form.cleaned_data["comment"])
        except CommentsClosed as refusal:
            form.add_error(None, str(refusal))
        else:
            return HttpResponseRedirect(f"{request.path}#c{comment.pk}")
    return _show(request, page, form=form, status=422)


def _show(request: HttpRequest, page: DisclosurePage, *, form: CommentForm, status: int = 200) -> HttpResponse:
    context: dict[str, object] = page.get_context(request)
    parents = {
        type(parent): parent
        for parent in page.get_ancestors().type(DisclosureIndexPage, DisclosureColumnPage).specific()
    }
    successor = page.successor
    context.update(
        {
            "column": parents.get(DisclosureColumnPage),
            "index_page": parents.get(DisclosureIndexPage),
            # A successor that this reader may not open is not named.
            "successor": successor if successor is not None and can_read(request.user, successor) else None,
            # A page that is previewed before it is saved has no key, and replaces nothing.
            "predecessors": list(DisclosurePage.objects.visible_to(request.user).filter(successor=page.pk or 0)),
            "form": form,
        }
    )
    if page.comments_open:
        context.update(
            {
                "comments": page_of(
                    comments_on(page),
                    key="submit_date",
                    size=COMMENTS,
                    descending=False,
                    after=request.GET.get("after", ""),
                    before=request.GET.get("before", ""),
                ),
                "may_comment": rules.has_perm(COMMENT, request.user, page),
                "may_remove_all": is_moderator(request.user),
            }
        )
    return TemplateResponse(request, page.get_template(request), context, status=status)
