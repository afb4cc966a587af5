"""Articles as numbered paragraphs of plain text: what evidence is coded from and anchored to."""
