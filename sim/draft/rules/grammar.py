"""Who does what to whom in one parsed sentence, and in which mood: queries on the parse.

Names of relations are those of spaCy's English models (ClearNLP). This module deals with words only; `cast` resolves
them to parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, filterfalse
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Phrase, nouns, verbs, words
from sim.draft.rules.dates import DAYS
from sim.wording import MONTHS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
NOMINAL = ("NOUN", "PROPN", "PRON")
_NEAR = ("prt", "prep", "dobj", "acomp", "advmod", "oprd", "attr", "npadvmod", "nsubjpass", "xcomp", "compound",
         "amod", "nmod")  # fmt: skip
_NEARER = ("pobj", "amod", "compound", "pcomp")
_CALENDAR = frozenset({*DAYS, *map(str.lower, MONTHS)})
_UNSURE = frozenset(["may", "might", "could", "would", "can", "should", "must", "ought"])


def is_in(token: Token, *groups: str) -> bool:
    """Return whether the lemma of a token is in some groups of `words.csv`."""
    return token.lemma_.lower() in words(*groups)


def some_in(tokens: Iterable[Token], *groups: str) -> list[Token]:
    """Return the tokens whose lemmas are in some groups of `words.csv`."""
    return [one for one in tokens if is_in(one, *groups)]


def lowered(tokens: Iterable[Token]) -> set[str]:
    """Return the texts of tokens in lower case."""
    return {one.lower_ for one in tokens}


def children(token: Token, *relations: str) -> list[Token]:
    """Return the children of a token in some relations."""
    return [one for one in token.children if one.dep_ in relations]


def child(token: Token, *relations: str) -> Token | None:
    """Return the first child of a token in some relations."""
    return next(iter(children(token, *relations)), None)


def joined(token: Token) -> Iterator[Token]:
    """Yield a token and the tokens joined to it by a conjunction."""
    yield token
    for one in children(token, "conj"):
        if one.i > token.i:
            yield from joined(one)


def is_verb(token: Token) -> bool:
    """Return whether a token is used as a verb."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass", "amod", "compound")


def is_present(verb: Token) -> bool:
    """Return whether a verb is in the present tense."""
    return verb.tag_ in ("VBZ", "VBP")


def is_passive(verb: Token) -> bool:
    """Return whether a verb is passive, or a participle after its noun."""
    if child(verb, "nsubjpass", "auxpass") is not None:
        return True
    bare = verb.dep_ == "acl" or (verb.dep_ == "advcl" and child(verb, "aux", "mark", *SUBJECTS) is None)
    return verb.tag_ == "VBN" and bare and not _is_main(verb)


def _is_main(verb: Token) -> bool:
    """Return whether a participle is the main verb that the parse has missed: `Volia, its ally, called on both`."""
    root = verb.sent.root
    below = verb.head == root or (verb.head.dep_ == "appos" and verb.head.head == root)
    return verb.dep_ == "acl" and root.pos_ in ("NOUN", "PROPN") and below and child(verb, "agent") is None


def subjects(verb: Token, depth: int = 0) -> list[Token]:
    """Return the grammatical subjects of a verb, or those of its governing verb if it has none of its own."""
    own = child(verb, *SUBJECTS)
    if own is not None:
        return _antecedent(verb, own)
    if depth > 6:
        return []
    if _is_main(verb):
        return list(joined(verb.sent.root))
    if verb.dep_ in ("acl", "relcl"):
        return [verb.head] if verb.head.pos_ in NOMINAL else []
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "ccomp", "dep", "prep") and verb.head != verb:
        return _governing(verb, depth)
    return []


def _governing(verb: Token, depth: int) -> list[Token]:
    """Return the subjects of a subjectless verb's governor, or whom it makes act: `pressed them to go`."""
    head = verb.head.head if verb.dep_ == "pcomp" else verb.head
    into = verb.dep_ == "pcomp" and verb.head.lower_ == "into"
    controlled = verb.dep_ == "xcomp" and head.lemma_ in words("control")
    own = child(head, "nsubjpass", "dobj") if into or controlled else None
    if own is not None:
        return list(joined(own))
    if is_verb(head) or head.pos_ == "ADJ":
        return subjects(head, depth + 1)
    has_it = head.dep_ in ("dobj", "acomp", "attr") and is_verb(head.head)  # has a plan to attack
    return subjects(head.head, 3) if has_it else []


def _antecedent(verb: Token, subject: Token) -> list[Token]:
    if subject.lower_ not in ("who", "which", "that") or subject.tag_ == "DT":
        return list(joined(subject))
    if verb.dep_ == "relcl":
        return list(joined(verb.head))
    before = next((one for one in reversed(subject.doc[: subject.i]) if one.pos_ in ("NOUN", "PROPN")), None)
    return [before] if before is not None and before.i >= subject.i - 3 else [subject]


def agents(verb: Token) -> list[Token]:
    """Return the agents of a verb: its subjects or, in the passive, what follows `by`."""
    if not is_passive(verb):
        return subjects(verb)
    by = [one for one in children(verb, "agent", "prep") if one.dep_ == "agent" or one.lower_ == "by"]
    found = child(by[0], "pobj") if by else None
    return list(joined(found)) if found is not None else []


def patients(verb: Token) -> list[Token]:
    """Return the patients of a verb: its objects or, in the passive, its subjects."""
    if is_passive(verb):
        return subjects(verb)
    return [one for token in children(verb, "dobj", "dative", "oprd") for one in joined(token)]


def after(token: Token, *prepositions: str) -> list[Token]:
    """Return the objects of a token's prepositions, of all of them if none is named."""
    named = children(token, "prep", "agent", "dative")
    preps = [one for one in named if not prepositions or one.lower_ in prepositions]
    tops = chain.from_iterable(map(_objects, preps))
    return list(chain.from_iterable(map(joined, tops)))


def _objects(prep: Token) -> list[Token]:
    """Return the objects of a preposition and of those that depend on it: `out of the city`."""
    return [top for one in (prep, *children(prep, "prep")) for top in children(one, "pobj", "pcomp")]


def companions(token: Token) -> set[str]:
    """Return words near a verb or noun that may form a phrase with it: particles, prepositions, objects and theirs."""
    found = set()
    if token.lemma_ in ("let", "allow", "permit"):
        found = {inner.lemma_.lower() for near in children(token, "ccomp") for inner in children(near, *SUBJECTS)}
    near = chain.from_iterable(map(joined, filterfalse(_is_when, children(token, *_NEAR))))
    for one in chain.from_iterable(map(_counted, near)):
        found |= {one.lemma_.lower(), one.lower_} | {inner.lemma_.lower() for inner in children(one, *_NEARER)}
    return found | ({"base"} if "basis" in found else set())  # the model's lemma of bases


def _is_when(one: Token) -> bool:
    """Return whether a preposition gives a day or a month, as in `on Wednesday`, and is no part of a phrase."""
    return one.lower_ in ("on", "in") and bool(lowered(children(one, "pobj")) & _CALENDAR)


def _counted(one: Token) -> list[Token]:
    """Return a word, and what it counts: `three days of drills`, `a series of raids`, `dozens of lorries`."""
    return [one, *(after(one, "of") if is_in(one, "amount") or one.pos_ == "NUM" else ())]


def act_of_verb(verb: Token) -> Phrase | None:
    """Return the act of a verb by the longest phrase that fits, or the act of a light verb's noun."""
    near = companions(verb)
    ranked = verbs().get(verb.lemma_.lower(), ())
    fits = next((one for one in ranked if _all_near(one.rest, near)), None)
    if fits is not None and fits.rest:
        return fits
    noun = light_noun(verb)
    return (act_of_noun(noun) if noun is not None else None) or fits


def way_of(verb: Token | None) -> str:
    """Return the way of a verb's act; empty if it has none."""
    phrase = act_of_verb(verb) if verb is not None else None
    return phrase.act.way if phrase is not None else ""


def _all_near(rest: Iterable[str], near: set[str]) -> bool:
    """Return whether all words of a phrase are near; `@force` matches any word of that group."""
    return all(not near.isdisjoint(words(word)) if word.startswith("@") else word in near for word in rest)


def light_noun(verb: Token) -> Token | None:
    """Return the event noun that a light verb carries out, such as `strikes` in `carried out strikes`."""
    ranked = list(chain.from_iterable(map(_counted, patients(verb)))) if is_in(verb, "light") else []
    return next((one for one in ranked if one.lemma_.lower() in nouns() and one.pos_ in ("NOUN", "PROPN")), None)


def act_of_noun(noun: Token) -> Phrase | None:
    """Return the act of an event noun by the longest phrase that fits."""
    if noun.pos_ not in ("NOUN", "PROPN"):
        return None
    near = {one.lemma_.lower() for one in noun.lefts} | {"to"} & lowered(noun.children)
    near |= {one.lower_ for one in noun.rights if one.dep_ == "prep"}
    ranked = nouns().get(noun.lemma_.lower(), ()) or nouns().get(noun.lower_, ())
    return next((one for one in ranked if near.issuperset(one.rest)), None)


def negated(token: Token) -> bool:
    """Return whether a verb or noun is negated: not, never, no, hardly, without, or joined by `nor` to one that is."""
    without = token.dep_ in ("pobj", "pcomp") and token.head.lower_ == "without"
    joined_by_nor = token.dep_ == "conj" and "nor" in lowered(children(token.head, "cc"))
    before = lowered(one for one in token.lefts if one.dep_ != "prep")
    denied = before & words("never") or "never" in lowered(token.children)
    return without or joined_by_nor or bool(denied) or _is_denied_around(token)


def _is_denied_around(token: Token) -> bool:
    """Return whether not, no longer, by no means or not so much as denies a word; `not only` does not."""
    merely = any(token.doc[one.i + 1].lower_ in words("merely") for one in children(token, "neg") if one.i < token.i)
    asides = [top for one in children(token, "advmod", "prep") for top in (one, *children(one, "pobj"))]
    no_longer = any(one.lower_ in ("longer", "means", "way") and "no" in lowered(one.lefts) for one in asides)
    return no_longer or _is_so_much_as(token) or (child(token, "neg") is not None and not merely)


def _is_so_much_as(token: Token) -> bool:
    near = [one.lower_ for one in token.doc[max(token.i - 6, 0) : token.i]]
    return near[-3:] == ["so", "much", "as"] and bool(words("denying").intersection(near))


def joined_by_nor(token: Token) -> list[Token]:
    """Return the words that `nor` joins to a word: `neither approved nor condemned`."""
    tops = [top for top in (token, token.head) if "nor" in lowered(children(top, "cc"))]
    return [one for top in tops for one in joined(top) if token in joined(top) and one != token]


def auxiliaries(verb: Token) -> set[str]:
    """Return the auxiliaries of a verb, or those of the verb that it is joined to if it has none of its own."""
    own = lowered(children(verb, "aux", "auxpass"))
    if not own and verb.dep_ == "conj" and child(verb, *SUBJECTS) is None and is_verb(verb.head):
        return auxiliaries(verb.head)
    return own


def is_future(verb: Token) -> bool:
    """Return whether a verb refers to the future."""
    found = auxiliaries(verb)
    if found & {"will", "'ll", "shall", "wo"} or ("would" in found and reporting(verb) is not None):
        return True
    return verb.dep_ == "xcomp" and verb.head.lemma_ == "go" and verb.head.tag_ == "VBG"


def is_unsure(verb: Token) -> bool:
    """Return whether a verb says what may or would be."""
    return bool(auxiliaries(verb) & _UNSURE) and not is_future(verb)


def is_obliged(verb: Token) -> bool:
    """Return whether a verb says what must be done."""
    must = auxiliaries(verb) & {"must", "should", "ought"}
    return bool(must) or (verb.dep_ == "xcomp" and verb.head.lemma_ in ("have", "need"))


def is_open(verb: Token) -> bool:
    """Return whether a verb says what is to be done, will be done or may be done, and not what has been done."""
    found = auxiliaries(verb)
    if "have" in found or found & {"do", "did", "does"}:
        return False
    return verb.tag_ == "VB" or bool(found & (_UNSURE | {"to", "will", "'ll", "shall"}))


def is_conditional(token: Token) -> bool:
    """Return whether a token or one of its ancestors is in a clause with if, unless, whether or in case."""
    return any(map(_has_condition, (token, *token.ancestors)))


def _has_condition(one: Token) -> bool:
    marks = lowered(children(one, "mark", "prep", "advmod"))
    clause = one.dep_ in ("advcl", "ccomp", "acl", "pcomp", "relcl")
    if clause and marks & {"if", "unless", "whether", "lest"}:
        return True
    if clause and marks & {"until", "till", "once", "when", "before"} and is_present(one):
        return True
    if one.lower_ in ("if", "unless", "whether", "provided", "case") and one.dep_ in ("mark", "prep", "pobj"):
        return True
    return one.dep_ == "advcl" and _is_inverted(one)


def _is_inverted(verb: Token) -> bool:
    """Return whether an auxiliary before the subject makes a condition: `should they come`."""
    first, own = next(verb.lefts, verb), child(verb, *SUBJECTS)
    return first.lower_ in ("should", "were", "had") and first.dep_ == "aux" and own is not None and first.i < own.i


def is_question(sentence: Span) -> bool:
    """Return whether a sentence is a question."""
    return sentence.text.rstrip(" \"'").endswith("?")


def reporting(verb: Token) -> Token | None:
    """Return the verb of speech that reports a clause, if any."""
    one = verb
    for _ in range(8):
        if one.dep_ == "ROOT":
            break
        if one.dep_ in ("ccomp", "acl", "xcomp", "parataxis") and is_in(one.head, "speech"):
            first, last = sorted((one.i, one.head.i))
            parted = any(token.text == ";" for token in one.doc[first:last])  # so that neither reports the other
            return one.head if not parted else None
        one = one.head
    speaker = child(one, "parataxis")
    return speaker if speaker is not None and is_in(speaker, "speech") and speaker != verb else None


def is_hearsay(token: Token) -> bool:
    """Return whether a verb or noun, or its sentence, is reported at second hand."""
    near = (token, *token.children, token.head, *token.head.children)
    doubted = any(one.lower_ in words("hearsay") and one.pos_ in ("ADV", "ADJ") for one in near)
    return doubted or "according" in lowered(token.sent)
