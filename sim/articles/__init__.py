"""Articles as numbered paragraphs of plain text, from which evidence is coded and to which it is anchored."""
