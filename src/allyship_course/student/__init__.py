"""What a student does around the notebooks: the journal as a file, handing in, opening."""
