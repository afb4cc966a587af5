"""Drafts of evidence: a coding sheet filled in beforehand from articles, which a person goes through and adopts."""
