"""Where a class is: the table, the report, the reminder, the mirror."""
