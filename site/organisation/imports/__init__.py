"""Staff records from CSV and xlsx: read (tables, headings, cells), compare (plan), report, write (apply)."""
