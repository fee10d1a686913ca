"""A view loads, asks, validates, calls one domain function, answers."""
