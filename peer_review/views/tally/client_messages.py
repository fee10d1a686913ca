"""Sentences of the script that verifies a bulletin."""

from django.utils.translation import gettext as _

from peer_review.views.shared.client_messages import fate_words


def verifier_messages() -> dict[str, object]:
    """Return the words of the bulletin page, by the names that its script asks for."""
    return {
        "checks": _checks(),
        "notes": _notes(),
        "faults": _faults(),
        "errors": _errors(),
        "fates": fate_words(),
        **_outcome(),
    }


def _checks() -> dict[str, str]:
    """Return what each check is called."""
    return {
        "manifest": _("Manifest and its keys"),
        "fingerprint": _("Fingerprint of the printed notice"),
        "bulletin": _("Form of the bulletin"),
        "signature": _("Signature of the bulletin’s head"),
        "belonging": _("Bulletin belongs to this manifest"),
        "order": _("Order of the hashes, none twice"),
        "root": _("Root of the tree"),
        "figures": _("Numbers of people and of ballots that can be"),
        "packed": _("Package holds what is published here"),
        "ballots": _("Form of the ballots"),
        "tokens": _("Credential of each ballot, for its cell"),
        "signatures": _("Signature of each ballot"),
        "unique": _("One ballot per credential"),
        "dropped": _("No ballot dropped"),
        "added": _("No ballot added"),
        "counts": _("Number of ballots"),
        "merged": _("Merged groups"),
        "receipts": _("Receipts"),
        "hash": _("Hash from a receipt"),
    }


def _notes() -> dict[str, str]:
    """Return what a check that holds has found."""
    return {
        "manifest": _("%(cells)s cells, a key each"),
        "bulletin": _("%(ballots)s hashes, in canonical form"),
        "figures": _(
            "%(counted)s ballots counted; %(drawn)s of %(people)s people had drawn; cells with too few: %(few)s"
        ),
        "figures_untold": _("%(counted)s ballots counted; cells with too few: %(few)s"),
        "figures_papers": _("%(counted)s counted, %(drawn)s drawn of %(eligible)s"),
        "ballots": _("%(ballots)s ballots"),
        "receipts": _("%(counted)s of %(total)s in the count"),
        "merged": _("%(groups)s merged groups, each ballot with a credential of its own"),
        "hash": _("%(leaf)s is in the bulletin: %(fate)s"),
    }


def _faults() -> dict[str, str]:
    """Return what does not hold, by check and fault."""
    return {
        "manifest_form": _("It is not a manifest in canonical form, or two cells share a key."),
        "manifest_key": _("The key of cell %(cell)s may not be used."),
        "fingerprint_other": _("The manifest that was fetched has another fingerprint than you typed."),
        "bulletin_form": _("It is not a bulletin in canonical form."),
        "signature_form": _("The signature is malformed."),
        "signature_false": _("It was not signed by the round’s key, or was altered since."),
        "belonging_round": _("It is of another round."),
        "belonging_manifest": _("It was made for another manifest: keys were changed."),
        "belonging_cells": _("Its cells are not those of the manifest."),
        "order_twice": _("A hash is there twice."),
        "order_wrong": _("The hashes are not sorted."),
        "order_size": _("Cell %(cell)s: %(eligible)s were eligible, its block holds %(found)s hashes."),
        "root_size": _("The head says %(said)s places in the tree, there are %(found)s."),
        "root_groups": _("The head does not cover these merged groups."),
        "root_other": _("The root does not cover these hashes."),
        "figures_cell": _("Cell %(cell)s: %(counted)s counted, %(drawn)s drawn of %(eligible)s."),
        "figures_sum": _("The cells add up to %(sum)s, there are %(found)s hashes."),
        "figures_people": _("%(drawn)s people drew of %(people)s."),
        "figures_counted": _("%(counted)s ballots counted, of at most %(most)s; or the merged groups need more."),
        "figures_group": _("Merged group %(group)s: fewer than the floor may vote in it."),
        "figures_groups": _("The merged groups are not those of the cells."),
        "packed_other": _("%(name)s in the package is not the one that is published here."),
        "ballots_form": _("It is not a file of ballots."),
        "ballots_round": _("The ballots are of another round."),
        "ballots_entry": _("Ballot %(number)s is malformed."),
        "tokens_form": _("A credential is malformed."),
        "tokens_false": _("Ballot %(number)s: its credential was not issued for cell %(cell)s."),
        "signatures_form": _("A signature is malformed."),
        "signatures_false": _("Ballot %(number)s was altered after it was cast."),
        "unique_twice": _("Ballots %(first)s and %(second)s spend the same credential."),
        "dropped_form": _("A ballot is malformed."),
        "dropped_some": _("Hashes of counted cells that are neither a ballot’s nor a dummy’s: %(count)s."),
        "dropped_dummies": _("Cell %(cell)s: the dummies that were opened are not those of its block."),
        "added_some": _("Ballot %(number)s is not in the bulletin."),
        "counts_other": _("%(counted)s ballots counted, %(found)s found."),
        "counts_cell": _("Cell %(cell)s: %(counted)s counted, %(found)s found."),
        "merged_form": _("It is not a file of merged groups."),
        "merged_other": _("The merged groups are not those of the bulletin."),
        "merged_columns": _("Merged group %(group)s: the answers are not those that were signed for."),
        "merged_ballots": _("Merged group %(group)s: a ballot was not drawn for its cell, or is there twice."),
        "receipts_form": _("It is not a receipt file."),
        "receipts_manifest": _("It was kept under another manifest."),
        "receipts_round": _("It is of another round."),
        "receipts_signature": _("A receipt was not signed by this round."),
        "receipts_missing": _(
            "%(counted)s of %(total)s are in the count. A ballot that was replaced by a later one is not."
        ),
        "hash_short": _("Type at least the first 16 characters of the hash."),
        "hash_missing": _("No ballot with this hash is in the bulletin."),
    }


def _errors() -> dict[str, str]:
    """Return why nothing could be checked."""
    return {
        "network": _("The server could not be reached. Nothing was checked; try again."),
        "server_error": _("The server did not hand out the files. Nothing was checked; try again."),
        "insecure_context": _("Checks can only be computed over https. Open this page with https."),
        "fallback_failed": _("This browser is old and a part it needs did not load. Use a newer browser."),
        "bad_zip": _("This file is not an auditor’s package, or it is damaged. Nothing was checked."),
        "too_large": _("This package is larger than a browser can hold. Use verify_bulletin.py."),
        "unknown": _("Something went wrong (%(code)s). Nothing is proven; try again."),
    }


def _outcome() -> dict[str, str]:
    """Return the words around the checks: progress, the outcome and its figures."""
    return {
        "holds": _("holds"),
        "fails": _("does not hold"),
        "fetching": _("Fetching the files"),
        "done_of": _("%(done)s of %(total)s"),
        "sound": _("Every check holds"),
        "unsound": _("The count does not hold"),
        "sound_compared": _(
            "The keys are those of the printed notice, and the bulletin is whole and signed with them."
        ),
        "sound_alone": _(
            "The bulletin is whole and signed. That its keys are the ones of the printed notice you can tell only by "
            "typing the fingerprint from it."
        ),
        "unsound_do": _("Keep this page, download both files and tell the inspectors which check does not hold."),
        "fact_counted": _("Ballots counted, all papers together"),
        "fact_papers_drawn": _("Papers drawn"),
        "fact_people_drawn": _("People who drew, of those at computers"),
        "people_drawn": _("%(drawn)s of %(people)s"),
        "fact_eligible": _("Eligible"),
        "fact_leaves": _("Hashes in the bulletin"),
        "fact_root": _("Root, computed here"),
        "fact_print": _("Fingerprint, computed here"),
    }
