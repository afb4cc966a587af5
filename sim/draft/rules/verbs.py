"""Events that verbs tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Act, Phrase, words
from sim.draft.rules.clause import STANDING, How
from sim.draft.rules.grammar import (
    act_of_verb,
    after,
    agents,
    auxiliaries,
    child,
    is_conditional,
    is_future,
    is_obliged,
    is_passive,
    is_unsure,
    is_verb,
    light_noun,
    negated,
    patients,
    reporting,
    subjects,
)
from sim.draft.rules.idioms import HOLD, of_idiom
from sim.draft.rules.matter import sign
from sim.draft.rules.mood import (
    DEMAND,
    MEET,
    STAY_OUT,
    THREAT,
    denied,
    intended,
    said,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

    from sim.draft.rules.cast import Ids
    from sim.draft.rules.clause import Clause, Event

STAND = Act("move", "154", "deployment")
_ABOUT = frozenset(["say", "deny", "fear", "demand", "urge", "propose", "promise", "want", "reject", "agree", "support",
                    "criticize", "accuse", "threaten"])  # fmt: skip
_SPOKEN_FOR = frozenset(["want", "deny", "fear", "urge", "demand", "propose", "reject"])
_ORDER = ("ccomp", "xcomp", "acomp", "acl", "dobj", "oprd", "attr", "prep", "parataxis", "advcl")
_OBLIGING = frozenset(["force", "truce", "withdraw", "talk", "negotiate", "coerce", "agree", "yield", "sign"])
_REPORTED = frozenset(["say", "report", "believe", "think", "understand", "know", "allege"])
"""Verbs of `is said to have`."""
_DETERRENT = frozenset(["protect", "sanction", "reject", "aid", "threaten", "force", "move", "support"])
_OWN = frozenset(["move", "drill", "withdraw"])
"""Acts that in the passive, with nobody named, are of those whom they befall: `troops were deployed`."""


_ITS_OWNER = frozenset(["truce", "drill"])
"""Acts that in the passive, with nobody named, are of whose it was: `Norland's exercise was called off`."""
_UNSAID = frozenset(["breakoff", "sanction", "coerce", "criticize", "cutaid", "move"])
"""Acts that in the passive, with nobody named, are of whom the paragraph speaks: `a complaint was lodged`."""


def of_verb(clause: Clause) -> Iterator[Event]:
    """Yield the events that a verb tells."""
    verb = clause.token
    if (_is_spoken_for(verb) and not _is_ordered(clause)) or is_conditional(verb) or clause.is_denied_above():
        return
    special = of_idiom(clause)
    if special:
        yield from special
    elif (stands := _stands(clause) or _guards(clause)) and not _is_phrase(verb):
        yield from stands
    elif (phrase := act_of_verb(verb)) is not None:
        yield from of_act(clause, phrase)
        yield from _accused(clause, phrase)


def _is_spoken_for(verb: Token) -> bool:
    """Whether another verb speaks for this one: what is wanted, refused, demanded or feared is not done."""
    head = verb.head
    if {"to", "have"} <= auxiliaries(verb) and not negated(head):
        return head.lemma_ in ("want", "like", "hope", "wish")  # to have done it is to have done it
    if verb.dep_ == "ccomp" and head.lemma_ == "let":
        return True
    if verb.dep_ == "xcomp" and head.lemma_ in _REPORTED and is_passive(head):
        return negated(head)
    if verb.dep_ == "xcomp":
        return head.lemma_.lower() not in words("aspect") or negated(head)
    to = child(verb, "aux")
    if verb.dep_ == "acl" and head.lemma_.lower() in words("decided") and not negated(head):
        return False
    if verb.dep_ in ("advcl", "acl", "relcl") and to is not None and to.lower_ == "to":
        return verb.dep_ != "advcl" or not _is_told_too(verb)
    if verb.dep_ == "pcomp" and is_verb(head.head):
        return head.lower_ in ("of", "from", "against", "without", "about", "for", "to", "before", "instead")
    if verb.dep_ == "acl" and head.lemma_.lower() in words("force") | words("peace") and verb.tag_ == "VBG":
        return True
    if verb.dep_ == "conj" and is_verb(head) and head.dep_ in ("xcomp", "advcl", "acl", "pcomp"):
        return verb.tag_ == head.tag_ and _is_spoken_for(head)
    if verb.dep_ == "ccomp" and is_verb(head):
        phrase = act_of_verb(head)
        return phrase is not None and phrase.act.way in _SPOKEN_FOR
    return False


def _is_ordered(clause: Clause) -> bool:
    """Whether a verb is what somebody orders of their own: `instructed the chief of staff to bring two battalions`."""
    verb, head = clause.token, clause.token.head
    phrase = act_of_verb(verb)
    if head.lemma_.lower() not in words("orders") or verb.dep_ not in ("xcomp", "ccomp") or negated(head):
        return False
    own, above = clause.who.parties(subjects(verb)), clause.who.parties(agents(head))
    fits = phrase is not None and phrase.act.way in ("move", "withdraw", "drill", "truce", "release", "admit", "force")
    return fits and bool(above) and (not own or own == above)


def _is_told_too(verb: Token) -> bool:
    """Whether a purpose is as good as done: `went on to say`, `flew there to counsel patience`."""
    if verb.lemma_.lower() in ("tell", "say", "announce", "warn"):
        return True
    phrase, above = act_of_verb(verb), act_of_verb(verb.head)
    reached = above is not None and above.act.way in ("visit", "talk", "phone")
    return reached and phrase is not None and phrase.act.way in ("urge", "demand", "negotiate", "mediate", "propose")


def of_act(clause: Clause, phrase: Phrase) -> Iterator[Event]:
    """Yield the event of a verb's act in its mood."""
    actor = _actor(clause, phrase)
    told = clause.told(actor)
    found = _in_mood(clause, phrase.act, actor)
    if found is None:
        return
    act, matter, other = found
    rule = f"verb:{clause.lemma}" + (f"-{phrase.rule}" if phrase.rule else "")
    weak = phrase.act.way in ("say", "promise")
    yield from clause.event(other or actor, act, rule, matter=matter, how=How("article" if other else told, weak=weak))


def _actor(clause: Clause, phrase: Phrase) -> Ids:
    verb = clause.token
    doers = agents(verb)
    if phrase.act.way not in ("force", "kill", "coerce", "violate"):
        doers = [one for one in doers if one.lemma_.lower() not in words("weapon")]
    found = clause.who.parties(doers)
    if not found and verb.head.lemma_.lower() in words("orders"):
        found = clause.who.parties(agents(verb.head))
    if not found and verb.dep_ == "acl" and verb.head.lemma_.lower() in words("decided"):
        found = clause.who.before_noun(verb.head)
    if found or not is_passive(verb):
        return found
    if phrase.act.way in _OWN and not found:
        found = clause.who.parties(patients(verb))
    if phrase.act.way in _ITS_OWNER and not found:
        found = next(filter(None, (clause.who.before_noun(one) for one in patients(verb))), ())
    noun = light_noun(verb)
    if not found and noun is not None:
        found = clause.who.before_noun(noun)
    told_by = reporting(verb)
    if not found and told_by is not None and (is_future(verb) or is_obliged(verb)):
        found = clause.who.parties(agents(told_by))
    if not found and phrase.act.way in _UNSAID and verb.dep_ in ("ROOT", "ccomp") and not is_unsure(verb):
        done_to = clause.who.parties(patients(verb))
        said = clause.who.parties(agents(told_by)) if told_by is not None else ()
        found = said if said and not set(said) & set(done_to) else clause.who.spoken_of(verb, done_to)
    return found


def _in_mood(clause: Clause, act: Act, actor: Ids) -> tuple[Act, int, Ids] | None:
    """Return the act in the mood of its verb, its matter, and the speaker where the act is theirs; None for no act."""
    verb = clause.token
    matter = _matter(verb, act)
    if negated(verb) or (act.way != "say" and _nobody(verb)):
        changed = denied(verb, act, matter)
        return (*changed, ()) if changed is not None else None
    if is_obliged(verb):
        return _obliged(clause, act, actor)
    if is_future(verb):
        act = _announced(verb, act, matter)
    elif is_unsure(verb):
        if not (_is_provided(verb) and act.way in _DETERRENT):
            return None
        act = _announced(verb, act, matter)
    act, matter = _weighed(verb, act, matter)
    if act.way == "talk" and not _has_counterpart(clause, actor):
        return None
    if act.way == "idle" or (act.way == "say" and not matter) or (act.way == "want" and not matter):
        return None
    return act, matter, ()


def _is_provided(verb: Token) -> bool:
    """Whether a sentence says on what condition: `if it is attacked`, `should they come`."""
    return any(one.lower_ in ("if", "unless", "should", "case") for one in verb.sent)


def _has_counterpart(clause: Clause, actor: Ids) -> bool:
    """Whether talks are with somebody who counts: one of the cast, or somebody with a name."""
    verb = clause.token
    others = [
        *patients(verb),
        *after(verb, "with", "to"),
        *(one for token in patients(verb) for one in after(token, "with")),
    ]
    return len(actor) > 1 or bool(clause.target(actor)) or any(one.pos_ == "PROPN" for one in others)


def _announced(verb: Token, act: Act, matter: int) -> Act:
    """Return an act that is announced; resistance to force that may come, and help if it comes, are threats."""
    if act.way == "reject" and matter >= 0 and verb.lemma_ in ("resist", "oppose", "stand"):
        return THREAT
    if _is_provided(verb) and act.way in ("protect", "force", "aid", "support", "move"):
        return THREAT
    return intended(act)


def _weighed(verb: Token, act: Act, matter: int) -> tuple[Act, int]:
    """Return an act by what it is about: a statement by its content, a wish for talks, a warning against force."""
    if act.way == "say":
        return said(verb, act, matter)
    if act.way == "reject" and not matter and verb.lemma_ == "be" and not after(verb):
        return act, 1  # opposed to what all the text is about
    if act.way == "want" and matter < 0:
        return MEET, matter
    if act.way == "reject" and _own_act(verb) in ("move", "force", "aid", "protect", "drill", "promise"):
        return STAY_OUT, -1
    if act.way == "promise" and matter > 0 and _is_for_fight(verb):
        return THREAT, matter
    if act.way == "urge" and (patients(verb) or after(verb, "on", "upon", "to")):
        return Act("urge", act.cameo, "demand"), matter
    if act.way == "threaten" and matter < 0 and any(one.lower_ == "against" for one in verb.children):
        return Act("warn", act.cameo, act.kind), matter
    return act, matter


def _is_for_fight(verb: Token) -> bool:
    """Whether what is promised is to fight or to resist."""
    return _own_act(verb) in ("force", "threaten", "reject", "coerce")


def _between(token: Token, top: Token) -> list[Token]:
    """Return what stands between a token and one above it."""
    found = []
    for one in token.ancestors:
        if one == top:
            break
        found.append(one)
    return found


def _own_act(verb: Token) -> str:
    """Return the way of the act that a verb promises or refuses: `to send troops`, `promising to send troops`."""
    behind = [one for one in verb.subtree if one.i > verb.i and one.dep_ in ("xcomp", "pcomp", "ccomp")]
    content = next((one for one in behind if not any(is_verb(top) for top in _between(one, verb))), None)
    phrase = act_of_verb(content) if content is not None and child(content, "nsubj") is None else None
    return phrase.act.way if phrase is not None else ""


def _obliged(clause: Clause, act: Act, actor: Ids) -> tuple[Act, int, Ids] | None:
    """Return the demand that `must` is: of whoever says so."""
    speaker = clause.speaker()
    if not speaker or act.way not in _OBLIGING:
        return None
    matter = sign(clause.token)
    if act.way in ("force", "coerce"):
        return THREAT, matter, speaker
    if act.way == "withdraw":
        return DEMAND, 0, speaker
    return (DEMAND if matter > 0 else Act("urge", "0256", "demand")), matter, speaker


def _nobody(verb: Token) -> bool:
    """Whether nobody does it or it happens to nothing: `no attack took place`."""
    tokens = (*subjects(verb), *patients(verb))
    if any(one.lower_ in ("nobody", "none", "nothing") for one in tokens):
        return True
    return any(one.lower_ in ("no", "neither") for token in tokens for one in token.lefts)


def _matter(verb: Token, act: Act) -> int:
    """Return what an act is about, by its objects and clauses; of `which` by what it stands for."""
    if act.way not in _ABOUT:
        return 0
    noun = light_noun(verb)
    parts = [one for top in (verb, noun) if top is not None for one in top.children if one.dep_ in _ORDER]
    parts = [one for one in parts if one != noun and not (one.dep_ == "advcl" and act.way != "say")]
    if act.way in ("reject", "agree"):
        parts = [
            one for one in parts if one.dep_ != "prep" or one.lower_ in ("to", "on", "against", "out", "of", "with")
        ]
    for one in sorted(parts, key=lambda part: _ORDER.index(part.dep_)):
        if one.lower_ in ("which", "that") and verb.dep_ == "relcl":
            one = verb.head
        found = sign(one)
        if found:
            turned = (
                one.dep_ == "prep"
                and one.lower_ in ("against", "from")
                and act.way not in ("reject", "criticize", "fear")
            )
            return -found if turned else found
    if is_passive(verb):
        return next(filter(None, (sign(one) for one in subjects(verb))), 0)
    return 0


def _accused(clause: Clause, phrase: Phrase) -> Iterator[Event]:
    """Yield what somebody is accused of, as the accuser's claim."""
    if phrase.act.way != "accuse" or negated(clause.token):
        return
    accuser, culprit = clause.who.parties(agents(clause.token)), clause.who.parties(patients(clause.token))
    for prep in clause.token.children:
        done = child(prep, "pcomp") if prep.lower_ in ("of", "for") else None
        inner = act_of_verb(done) if done is not None else None
        if done is not None and inner is not None and inner.act.way in ("force", "violate", "kill", "coerce"):
            of_done = type(clause)(done, clause.who)
            yield from of_done.event(
                culprit, inner.act, f"accused:{of_done.lemma}", matter=1, target=accuser, how=How("claim")
            )


def _is_phrase(verb: Token) -> bool:
    phrase = act_of_verb(verb)
    return phrase is not None and bool(phrase.rest)


def _guards(clause: Clause) -> list[Event]:
    """Find `the truce is watched by Belmarkian peacekeepers`."""
    guards = [one for one in agents(clause.token) if one.lemma_.lower() in words("guard")]
    if guards and is_passive(clause.token) and not negated(clause.token):
        return clause.event(clause.who.parties(guards), HOLD, f"guard:{clause.lemma}", how=STANDING)
    return []


def _stands(clause: Clause) -> list[Event]:
    """Find forces that arrive, gather or lie somewhere."""
    verb = clause.token
    if clause.lemma not in words("stands"):
        return []
    moved = [one for one in (patients(verb) if is_passive(verb) else subjects(verb)) if _is_force(one)]
    if not moved or negated(verb) or is_unsure(verb):
        return []
    return clause.event(clause.who.parties(moved), STAND, f"force:{clause.lemma}")


def _is_force(token: Token) -> bool:
    """Whether a phrase is about troops, ships, weapons: `eleven of its ships` too."""
    if token.lemma_.lower() in words("@force"):
        return True
    inner = after(token, "of") if token.pos_ == "NUM" or token.lemma_.lower() in words("body") else []
    return any(_is_force(one) for one in inner)
