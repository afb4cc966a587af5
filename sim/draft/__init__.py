"""Drafts of evidence: a coding sheet prefilled from articles, which a person reviews and adopts."""
