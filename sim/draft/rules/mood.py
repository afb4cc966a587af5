"""What an act becomes when it is announced, refused, or said: a threat, an assurance, a refusal, a demand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, words
from sim.draft.rules.grammar import (
    act_of_verb,
    after,
    is_future,
    is_obliged,
    is_passive,
    is_unsure,
    is_verb,
    negated,
    patients,
)
from sim.draft.rules.matter import judgement, sign

if TYPE_CHECKING:
    from spacy.tokens import Token

ASSURE = Act("promise", "0356", "assurance")
THREAT = Act("threaten", "138", "threat")
REFUSE = Act("reject", "120", "refusal")
JUDGE = Act("criticize", "111", "criticism")
CUT = Act("cutaid", "1312", "threat")
DEMAND = Act("demand", "102", "demand")
APPEAL = Act("urge", "0256", "statement")
OMIT = Act("omit", "", "omission")
OPEN = Act("say", "014", "statement")
NO_FORCE = Act("truce", "0356", "assurance")
NO_WISH = Act("peaceful", "035", "assurance")
STAY_OUT = Act("withdraw", "121", "refusal")
MEET = Act("peaceful", "036", "statement")
_FORCE = frozenset(["force", "coerce", "kill", "threaten"])
_PEACE = frozenset(
    ["withdraw", "truce", "talk", "negotiate", "yield", "release", "admit", "sign", "promise", "mediate"]
)
_YES = frozenset(["agree", "support", "protect"])
_REFUSALS = frozenset(["agree", "yield", "withdraw", "negotiate", "promise", "sign"])
_WILL = frozenset(["will", "wo", "would", "shall", "must", "can", "ca", "do", "does"])


def intended(act: Act) -> Act:
    """Return what an act that is announced is now: force a threat, help a promise."""
    if act.way in ("force", "coerce", "kill"):
        return THREAT
    if act.way == "sanction":
        return Act("sanction", "1312", "threat")
    if act.way in ("truce", "release", "admit", "withdraw", "yield"):
        return replace(ASSURE, way=act.way)
    if act.way == "protect":
        return Act("protect", "0334", "assurance")
    if act.way == "aid":
        return Act("aid", "0332", "assurance")
    if act.way in ("talk", "negotiate", "host", "visit", "phone"):
        return replace(act, cameo="036")
    return act


def is_meant(verb: Token) -> bool:
    """Whether a negated verb says what somebody will not do, and not what merely did not happen."""
    found = {one.lower_ for one in verb.children}
    return is_future(verb) or verb.tag_ in ("VBP", "VBZ") or bool(found & _WILL)


def is_awaited(verb: Token) -> bool:
    """Whether something has not happened so far: `has not attacked yet`."""
    found = {one.lower_ for one in verb.children}
    return bool(found & {"has", "have", "'ve"}) and any(
        one.lower_ in ("far", "yet", "still", "now") for one in verb.sent
    )


def denied(verb: Token, act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what a negated act is: an assurance, a refusal, a silence, or nothing."""
    if act.way == "reject":
        return OPEN, matter or 1
    if act.way == "idle" or (verb.lemma_ == "stand" and act.way == "support" and not after(verb, "by")):
        return (THREAT, 1) if is_meant(verb) else None
    if act.way in _FORCE and is_awaited(verb):
        return OMIT, 1
    if act.way == "say":
        return (OMIT, matter) if matter and not is_meant(verb) else None
    if not is_meant(verb):
        return (REFUSE, matter or -1) if act.way in _REFUSALS else None
    return unwilling(act, matter)


def unwilling(act: Act, matter: int) -> tuple[Act, int] | None:
    """Return what it is to be unwilling to do something: an assurance, a refusal, or nothing."""
    if act.way in _FORCE:
        return NO_FORCE, -1
    if act.way in ("move", "aid"):
        return STAY_OUT, -1
    if act.way in _PEACE:
        return REFUSE, -1
    if act.way == "want" and matter > 0:
        return NO_WISH, -1
    return (REFUSE, matter) if act.way in _YES else None


def _answers_force(content: Token) -> bool:
    """Whether a clause says what an attack would bring: `any attack would end all trade`."""
    subject = next((one for one in content.children if one.dep_ in ("nsubj", "nsubjpass")), None)
    any_such = subject is not None and any(one.lower_ in ("any", "an", "a", "such") for one in subject.lefts)
    begins = content.lemma_ in ("begin", "start", "come", "happen", "take", "be", "follow")
    return subject is not None and any_such and not begins and sign(subject) > 0


def _is_none(content: Token) -> bool:
    """Whether a clause says that there will be none of something: `there will be no talks`."""
    there = any(one.dep_ == "expl" for one in content.children)
    return there and any(negated(one) for one in (content, *content.children) if one == content or one.dep_ == "attr")


def _is_help(content: Token) -> bool:
    """Whether it is help that will stop: `the money will end if there is war`."""
    about = [one for one in content.children if one.dep_ in ("nsubj", "nsubjpass")]
    return any(one.lemma_.lower() in words("@help") for one in about)


def _told_to(verb: Token) -> tuple[Act, int] | None:
    """Return the demand or the appeal that `told them to leave` is."""
    wish = next((one for one in verb.children if one.dep_ in ("xcomp", "advcl") and one.tag_ == "VB"), None)
    if wish is None or verb.lemma_ != "tell" or not patients(verb) or is_passive(verb):
        return None
    matter = sign(wish)
    return (APPEAL, matter) if matter < 0 else (DEMAND, matter)


def said(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Return what a statement amounts to by its content: a threat, an assurance, a judgement, or a statement."""
    content = next((one for one in verb.children if one.dep_ in ("ccomp", "parataxis")), None)
    if content is None:
        return _told_to(verb) or (act, matter)
    if not is_verb(content):
        return act, matter
    if judgement(content) < 0:
        return act, 0  # the copula tells it
    if is_unsure(content) and matter > 0 and not judgement(content):
        return act, 0
    if is_obliged(content) or (verb.lemma_ == "insist" and content.tag_ == "VB"):
        return _obliged(content, matter)
    return (_announced(content, matter) if is_future(content) else None) or (act, matter)


def _obliged(content: Token, matter: int) -> tuple[Act, int]:
    """Return the demand or the appeal that a statement of what somebody must do is."""
    phrase = act_of_verb(content)
    if phrase is not None and phrase.act.way == "withdraw":
        return DEMAND, 0  # of the other side's forces: restraint is not what it is about
    return (DEMAND, matter) if matter >= 0 else (APPEAL, matter)


def _announced(content: Token, matter: int) -> tuple[Act, int] | None:
    """Return what a statement of what will be is: a refusal, a threat, an assurance, or nothing."""
    if content.lemma_ == "be" and matter and _is_none(content):
        return (REFUSE if matter > 0 else ASSURE), -1
    if _answers_force(content):
        return THREAT, 1
    if content.lemma_ in words("stopper") and _is_help(content):
        return CUT, 0
    if matter:
        return (THREAT, matter) if matter > 0 else (ASSURE, matter)
    return None
