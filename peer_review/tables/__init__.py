"""Uploaded lists: CSV files and workbooks read within bounds of memory and time, or refused with a sentence."""
