"""The course on paper: a PDF with room to write, an EPUB, a workbook."""
