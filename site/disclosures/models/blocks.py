"""Blocks of the body of a document."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock


class PictureBlock(blocks.StructBlock):
    """An image with its alternative text and a caption."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        template = "disclosures/blocks/image.html"
        icon = "image"
        label = _("Image")


class DocumentListBlock(blocks.StructBlock):
    """A list of files inside the text."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    documents = blocks.ListBlock(DocumentChooserBlock(label=_("Document")), label=_("Documents"))

    class Meta:
        template = "disclosures/blocks/documents.html"
        icon = "doc-full-inverse"
        label = _("Document list")


class QuoteBlock(blocks.StructBlock):
    """A quotation and its source."""

    text = blocks.TextBlock(label=_("Text"))
    source = blocks.CharBlock(label=_("Source"), required=False, max_length=200)

    class Meta:
        template = "disclosures/blocks/quote.html"
        icon = "openquote"
        label = _("Quotation")


class BodyBlock(blocks.StreamBlock):
    """The body of a document."""

    text = blocks.RichTextBlock(
        label=_("Text"), features=["h3", "h4", "bold", "ol", "ul", "link", "document-link"], icon="pilcrow"
    )
    table = TableBlock(
        label=_("Table"),
        template="disclosures/blocks/table.html",
        table_options={"language": "en-US", "renderer": "text", "contextMenu": True},
    )
    image = PictureBlock()
    documents = DocumentListBlock()
    quote = QuoteBlock()
