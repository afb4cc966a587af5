"""What an item says: a sentence of ours by the way of its act, never the article's words.

A template has only the names of the cast and of the act, so that it cannot share six words in a row with an article by
more than chance; where it does, a plainer sentence stands for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.articles.quotes import copies

_WAYS: Mapping[str, str] = {
    "force": "{actor} used force{against}.",
    "coerce": "{actor} closed somebody in or cut ways off{against}.",
    "kill": "People died or were hurt by the doing of {actor}{against}.",
    "abduct": "{actor} took or killed persons{against}.",
    "arrest": "{actor} made arrests{against}.",
    "sanction": "{actor} put economic pressure on{against_bare}.",
    "cutaid": "{actor} held back help{against}.",
    "breakoff": "{actor} broke off relations or talks{with_}.",
    "violate": "{actor} broke an agreement{with_}.",
    "move": "{actor} moved or readied forces{towards}.",
    "drill": "{actor} held manoeuvres{towards}.",
    "protect": "{actor} kept forces that protect{towards}.",
    "withdraw": "{actor} drew back or kept out{towards}.",
    "truce": "{actor} paused or eased its military action{towards}.",
    "release": "{actor} set persons free{towards}.",
    "admit": "{actor} opened ways for people or aid{towards}.",
    "yield": "{actor} gave way{towards}.",
    "threaten": "{actor} threatened or warned{towards}.",
    "demand": "{actor} demanded something{of_}{about}.",
    "urge": "{actor} appealed{to_}{about}.",
    "propose": "{actor} made an offer{to_}{about}.",
    "reject": "{actor} refused or ruled something out{towards}{about}.",
    "criticize": "{actor} criticised what was done or planned{by_}{about}.",
    "accuse": "{actor} laid blame{towards}.",
    "fear": "{actor} voiced concern{about}.",
    "talk": "{actor} held talks{with_}.",
    "phone": "{actor} spoke by telephone{with_}.",
    "visit": "{actor} made a visit{to_}.",
    "host": "{actor} received guests{from_}.",
    "negotiate": "{actor} negotiated{with_}.",
    "mediate": "{actor} mediated{between}.",
    "sign": "{actor} came to an agreement{with_}.",
    "agree": "{actor} agreed to something{of_}{about}.",
    "support": "{actor} took the side of somebody{towards}{about}.",
    "promise": "{actor} gave an assurance{to_}{about}.",
    "aid": "{actor} gave military help{to_}.",
    "relief": "{actor} gave humanitarian help{to_}.",
    "want": "{actor} has plans or wishes{about}.",
    "deny": "{actor} denied something{about}.",
    "say": "{actor} made a statement{about}.",
    "omit": "{actor} left a subject out{about}.",
    "signal": "What {actor} signals does not agree with itself.",
    "rely": "Dependence: {actor}{towards}.",
    "peaceful": "{actor} said it seeks no war.",
    "guess": "An attack by {actor} is put as likely or unlikely{about}.",
    "idle": "{actor} looked on{towards}.",
    "warn": "{actor} warned{towards}, and against force.",
    "hold": "{actor} has forces in place{towards}.",
    "barrier": "{actor} is seen as standing in the way.",
}
_TOLD = {
    "hearsay": "By report: ",
    "claim": "As another party tells it: ",
    "guess": "As the author reads it: ",
    "article": "",
}
_ABOUT = {1: ", on the use of force", -1: ", on restraint or a settlement", 0: ""}


def says(way: str, actor: Sequence[str], target: Sequence[str], matter: int, told: str) -> str:
    """Return the sentence for an act between named parties."""
    whom = _listed(target)
    slots = {
        "against": f" against {whom}",
        "against_bare": f" {whom}",
        "with_": f" with {whom}",
        "towards": f", towards {whom}",
        "of_": f" of {whom}",
        "to_": f" to {whom}",
        "by_": f" by {whom}",
        "from_": f" from {whom}",
        "between": f" between {whom}",
    }
    filled = {key: text if target else "" for key, text in slots.items()}
    if not target:
        filled["against_bare"] = " somebody"
    sentence = _WAYS[way].format(actor=_listed(actor), about=_ABOUT[matter], **filled)
    return _TOLD[told] + sentence


def own_words(sentence: str, kind: str, paragraph: str) -> str:
    """Return the sentence, or a plainer one where it shares six words in a row with its paragraph."""
    return sentence if copies(sentence, paragraph) is None else f"Proposed {kind}; see the marked words."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
