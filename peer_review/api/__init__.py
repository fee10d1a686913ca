"""The read-only interface for other systems. An app of its own: install it where other systems are to read.

INSTALLED_APPS += ["peer_review.api", "rest_framework", "rest_framework_api_key", "drf_spectacular"]
path("review/api/", include("peer_review.api.urls"))
"""
