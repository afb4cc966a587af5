"""How good the rules are on the four articles that their author has not seen. A gate against a fall, not a target.

The bounds are the outer ends of the 95% intervals that were first measured there (tests/draft/articles/README.md):
recall 0.40 (0.30 to 0.50), precision 0.54 (0.42 to 0.65), to reject 0.13 (0.07 to 0.24). Four other articles could
have given as little; rules that fall below have lost about a quarter of what they had right on these four.
"""

from __future__ import annotations

import pytest

from tests.draft.matching import interval, score
from tests.draft.scoring import cases
from tests.draft.test_scoring import ARTICLES

LEAST_RECALL = 0.30
LEAST_PRECISION = 0.42
MOST_TO_REJECT = 0.24


@pytest.mark.slow
def test_the_rules_keep_their_quality_on_articles_held_back():
    pytest.importorskip("spacy", reason="the extra offramp[draft] is not installed")
    scores = [score(one.name, list(one.items.values()), one.draft()) for one in cases(ARTICLES / "heldback")]
    pooled = {key: interval([one.shares[key] for one in scores])[0] for key in ("recall", "precision", "to reject")}
    assert pooled["recall"] >= LEAST_RECALL, pooled
    assert pooled["precision"] >= LEAST_PRECISION, pooled
    assert pooled["to reject"] <= MOST_TO_REJECT, pooled
