"""The parts that both databases share: words go through the segmenter on their way in and out."""

from collections.abc import Sequence
from typing import Any

from modelsearch.query import MATCH_NONE, And, Boost, Not, Or, Phrase, PlainText, SearchQuery
from modelsearch.utils import get_content_type_pk

from foundation.segment import segment, segment_query


class SegmentingIndexer:
    """Mixin of an ObjectIndexer: every text is cut into words before it is stored."""

    def prepare_value(self, value: object) -> str:
        """Return the words of `value`."""
        text: str = super().prepare_value(value)  # type: ignore[misc]
        return segment(text)


class SegmentingIndex:
    """Mixin of a database index. Set `object_indexer`."""

    object_indexer: type
    backend: Any
    entries: Any
    write_connection: Any

    def add_items(self, model: type, objs: Sequence[Any]) -> None:
        """Write the index entries of `objs`, new or again, in one statement."""
        if not model.get_search_fields() or not objs:  # type: ignore[attr-defined]
            return
        entry = self.entries.model
        content_type = get_content_type_pk(model)
        entries = [
            entry(
                content_type_id=content_type,
                object_id=item.id,
                title=item.title,
                body=item.body,
                autocomplete=item.autocomplete,
            )
            for item in (self.object_indexer(obj, self.backend) for obj in objs)
        ]
        entry._default_manager.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["content_type", "object_id"],
            update_fields=["title", "body", "autocomplete"],
        )

    def reset(self) -> None:
        """Empty the index, in its own database: the ballot box has none."""
        self.entries._raw_delete(using=self.write_connection.alias)

    def _refresh_title_norms(self, full: bool = False) -> None:
        """Weigh titles against their average length, which reads the whole table: only when it is rebuilt."""
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]


class SegmentingCompiler:
    """Mixin of a query compiler: the words asked for are cut as the index was."""

    query: SearchQuery
    fields: list[str] | None

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.query = segmented(self.query)

    def wants_title_only(self) -> bool:
        """Return whether the caller asked for the title alone. Other fields share one column of the index."""
        return self.fields == ["title"]


def segmented(query: SearchQuery) -> SearchQuery:
    """Return `query` with its words cut by the segmenter. Phrases become words that must all be there."""
    if isinstance(query, Phrase):
        return segmented(PlainText(query.query_string, operator="and"))
    if isinstance(query, PlainText):
        words = segment_query(query.query_string)
        return PlainText(words, operator=query.operator.lower()) if words else MATCH_NONE
    if isinstance(query, Boost):
        return Boost(segmented(query.subquery), query.boost)
    if isinstance(query, Not):
        return Not(segmented(query.subquery))
    if isinstance(query, And):
        parts = [segmented(part) for part in query.subqueries]
        return MATCH_NONE if any(map(is_nothing, parts)) else And(parts)
    if isinstance(query, Or):
        parts = [part for part in map(segmented, query.subqueries) if not is_nothing(part)]
        return Or(parts) if parts else MATCH_NONE
    return query


def is_nothing(query: SearchQuery) -> bool:
    """Return whether no document can answer `query`."""
    return query is MATCH_NONE
