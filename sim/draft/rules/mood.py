"""What an act becomes when it is announced, refused, or said: a threat, an assurance, a refusal, a demand.

By the way of an act, columns `announced` and `refused` of `ways.csv` say it; what only its words tell is said here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.draft.rules.acts import APPEAL, ASSURE, DEMAND, OMIT, OPEN, REFUSE, THREAT, Act, words
from sim.draft.rules.grammar import (
    after,
    child,
    children,
    is_future,
    is_in,
    is_obliged,
    is_passive,
    is_present,
    is_unsure,
    is_verb,
    lowered,
    negated,
    patients,
    some_in,
    way_of,
)
from sim.draft.rules.matter import judgement, sign
from sim.draft.rules.ways import ways

if TYPE_CHECKING:
    from spacy.tokens import Token

CUT = Act("cutaid", "1312", "threat")
_WILL = frozenset(["will", "wo", "would", "shall", "must", "can", "ca", "do", "does"])


def intended(act: Act) -> Act:
    """Return what an act that is announced is now: force a threat, help a promise."""
    way, cameo, kind = (*ways()[act.way]["announced"].split(), "", "", "")[:3]
    return Act(way, cameo, kind or act.kind) if way else act


def _is_meant(verb: Token) -> bool:
    """Whether a negated verb says what somebody will not do, and not what merely did not happen."""
    return is_future(verb) or is_present(verb) or bool(lowered(verb.children) & _WILL)


def _is_awaited(verb: Token) -> bool:
    """Whether something has not happened so far: `has not attacked yet`."""
    has = lowered(verb.children) & {"has", "have", "'ve"}
    return bool(has and lowered(verb.sent) & {"far", "yet", "still", "now"})


def denied(verb: Token, act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what a negated act is: an assurance, a refusal, a silence, or nothing."""
    if act.way == "reject":
        return OPEN, matter or 1
    if act.way in words("ways-violent") and _is_awaited(verb):
        return OMIT, 1
    meant = _is_meant(verb)
    if act.way == "idle" or (verb.lemma_ == "stand" and act.way == "support" and not after(verb, "by")):
        return (THREAT, 1) if meant else None
    return unwilling(act, matter) if meant else _undone(act, matter)


def _undone(act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what it is not to have done something: not to have said or agreed to it."""
    if act.way == "say":
        return (OMIT, matter) if matter else None
    return (REFUSE, matter or -1) if act.way in words("ways-refusable") else None


def unwilling(act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what it is to be unwilling to do something: an assurance, a refusal, or nothing."""
    refused = ways()[act.way]["refused"].split()
    if not refused or (act.way == "want" and matter <= 0):
        return None
    return Act(*refused[:3]), int(refused[3]) if refused[3:] else matter


def said(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Return what a statement amounts to by its content: a threat, an assurance, a judgement, or a statement."""
    content = child(verb, "ccomp", "parataxis")
    if content is None:
        return _told_to(verb) or (act, matter)
    if not is_verb(content):
        return act, matter
    judged = judgement(content)
    if judged < 0 or (is_unsure(content) and matter > 0 and not judged):
        return act, 0  # the copula tells it, or nobody knows
    return _of_content(verb, content, matter) or (act, matter)


def _of_content(verb: Token, content: Token, matter: int) -> tuple[Act, int] | None:
    """Return the demand or the announcement that a clause is; None where it is neither."""
    if is_obliged(content) or (verb.lemma_ == "insist" and content.tag_ == "VB"):
        return _obliged(content, matter)
    return _announced(content, matter) if is_future(content) else None


def _told_to(verb: Token) -> tuple[Act, int] | None:
    """Return the demand or the appeal that `told them to leave` is."""
    wish = next((one for one in children(verb, "xcomp", "advcl") if one.tag_ == "VB"), None)
    if wish is None or verb.lemma_ != "tell" or not patients(verb) or is_passive(verb):
        return None
    matter = sign(wish)
    return (APPEAL, matter) if matter < 0 else (DEMAND, matter)


def _obliged(content: Token, matter: int) -> tuple[Act, int]:
    """Return the demand or the appeal that a statement of what somebody must do is."""
    if way_of(content) == "withdraw":
        return DEMAND, 0  # of the other side's forces: restraint is not what it is about
    return (DEMAND, matter) if matter >= 0 else (APPEAL, matter)


def _announced(content: Token, matter: int) -> tuple[Act, int] | None:
    """Return what a statement of what will be is: a refusal, a threat, an assurance, or nothing."""
    there = child(content, "expl") is not None  # there will be no talks
    if there and matter and any(map(negated, (content, *children(content, "attr")))):
        return (REFUSE if matter > 0 else ASSURE), -1
    about = children(content, "nsubj", "nsubjpass")
    if about and _answers_force(content, about[0]):
        return THREAT, 1
    if is_in(content, "stopper") and some_in(about, "@help"):
        return CUT, 0
    return ((THREAT if matter > 0 else ASSURE), matter) if matter else None


def _answers_force(content: Token, subject: Token) -> bool:
    """Whether a clause says what an attack would bring: `any attack would end all trade`."""
    begins = content.lemma_ in ("begin", "start", "come", "happen", "take", "be", "follow")
    return bool(lowered(subject.lefts) & {"any", "an", "a", "such"}) and not begins and sign(subject) > 0
