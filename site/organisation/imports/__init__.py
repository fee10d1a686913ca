"""Staff records from CSV and xlsx, in three steps: read (tables), compare (plan), write (apply)."""
