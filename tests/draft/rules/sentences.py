"""Sentences of our own with what the rules must read in them: for every construction a few.

Each row has a sentence and its acts as `actor root kind sign`, `-` for no root; nothing where it tells no act. The cast
is made up: Norland would attack the Harbour Council, Kestria stands behind it, Belmar protects the harbour, the League
mediates.
"""

from __future__ import annotations

import datetime

from sim.articles.article import Article
from sim.articles.paragraphs import normalise
from sim.draft.schema import Member

TODAY = datetime.date(2024, 5, 16)  # a Thursday
CAST = {
    "norland": Member(role="initiator", name="Norland", aliases=("Tarn", "the regime")),
    "kestria": Member(role="patron", name="Kestria", aliases=("Kestrian",)),
    "belmar": Member(role="guarantor", name="Belmar", aliases=("Belmari",)),
    "harbour-council": Member(role="defender", name="Harbour Council", aliases=("the militia", "the harbour")),
    "league": Member(role="mediator", name="Coast League", aliases=("the League",)),
}

ACTS = [
    # the plain active sentence
    ("Norlandic aircraft bombed the harbour on Tuesday.", ["norland 19 strike +"]),
    ("Kestrian warplanes struck two villages near the harbour.", ["kestria 19 strike +"]),
    ("Norland's artillery shelled the harbour for a third day.", ["norland 19 strike +"]),
    ("The militia fired mortars at Norlandic positions.", ["harbour-council 19 strike +"]),
    ("Norland has massed tanks along the river.", ["norland 15 deployment +"]),
    ("Belmar sent two frigates to the strait.", ["belmar 15 deployment -"]),
    ("Belmar deployed an air defence battery near its observation posts.", ["belmar 15 deployment -"]),
    ("Kestria delivered drones and ammunition to Norland.", ["kestria 07 deployment +"]),
    ("The Harbour Council called up all reservists.", ["harbour-council 15 deployment -"]),
    ("Norland withdrew its armoured brigade from the border.", ["norland 08 deployment -"]),
    ("Belmar pulled its troops out of the valley.", ["belmar 08 deployment +"]),
    ("Norland closed the border and froze the accounts of the council.", ["norland 16 demand +"]),
    ("Norlandic police arrested six fishermen from the harbour.", ["norland 17 threat +"]),
    ("The president of Norland visited Kestria last week.", ["norland 04 visit +"]),
    ("The League's envoy met the Norlandic foreign minister in Tarn.", ["league 04 consultation -"]),
    ("Belmar and Norland signed an agreement on the fisheries.", ["belmar 05 assurance -", "norland 05 assurance -"]),
    ("Kestria praised the Norlandic plan.", ["kestria 05 statement +"]),
    ("Belmar condemned the shelling.", ["belmar 11 criticism -"]),
    ("Norland recalled its ambassador from Belmar.", ["norland 16 refusal +"]),
    ("The League offered to host talks.", ["league 02 proposal -"]),
    ("Norland accused the Harbour Council of smuggling weapons.", ["norland 11 accusation +"]),
    ("Norland gave the Harbour Council five days to disarm.", ["norland 13 threat +"]),
    ("Belmar imposed sanctions on four Norlandic banks.", ["belmar 16 demand -"]),
    ("Norlandic troops crossed the river at dawn.", ["norland 15 deployment +"]),
    ("Norland began a large exercise near the harbour.", ["norland 15 deployment +"]),
    ("Norland declared a ceasefire of three days.", ["norland 08 assurance -"]),
    ("Norland released eleven prisoners.", ["norland 08 assurance -"]),
    ("Norland besieged the harbour.", ["norland 19 strike +"]),
    ("Norlandic gunners killed four civilians.", ["norland 19 casualties +"]),
    # passives
    ("The harbour was shelled by Norlandic gunboats on Monday.", ["norland 19 strike +"]),
    ("Two brigades of the Norlandic army have been moved to the river.", ["norland 15 deployment +"]),
    ("Norlandic tanks were seen on the coast road.", ["norland 15 deployment +"]),
    ("The offer was rejected by Norland.", ["norland 12 refusal +"]),
    ("The Belmari garrison has been reinforced.", ["belmar 15 deployment -"]),
    # joined verbs and parties
    ("Norland and Kestria held a joint exercise.", ["norland 15 deployment +", "kestria 15 deployment +"]),
    ("Norland moved its guns forward and shelled the harbour.", ["norland 15 deployment +", "norland 19 strike +"]),
    ("Norlandic and Kestrian jets attacked the harbour.", ["norland 19 strike +", "kestria 19 strike +"]),
    # refusals and assurances
    ("Norland will not attack the harbour, its foreign minister said.", ["norland 03 assurance -"]),
    ("Belmar will not accept an assault on the harbour.", ["belmar 12 refusal -"]),
    ("Norland refused to withdraw its troops.", ["norland 12 refusal +"]),
    ("Kestria ruled out any large operation.", ["kestria 12 refusal -"]),
    ("Norland rejected the ceasefire.", ["norland 12 refusal +"]),
    ("The Harbour Council refused to hand over its weapons.", ["harbour-council 12 refusal -"]),
    ("Belmar would not send soldiers, its defence minister said.", ["belmar 12 refusal +"]),
    ("Norland has no plan to invade the harbour.", ["norland 03 assurance -"]),
    ("Norland did not attack the harbour.", []),
    ("No attack on the harbour took place.", []),
    # conditions, questions, what may be
    ("If Norland attacks the harbour, many would flee.", []),
    ("Unless Norland withdraws, the talks are over.", []),
    ("Will Norland attack the harbour?", []),
    ("Norland might attack the harbour.", []),
    ("Norland could have bombed the harbour.", []),
    ("A possible Norlandic attack worries the fishermen.", []),
    ("Nobody knows whether Kestria has sent troops.", []),
    ("If the harbour is attacked, Belmar will come to its aid.", ["belmar 13 threat -"]),
    # intentions
    ("Norland plans to retake the harbour.", ["norland 13 stance +"]),
    ("Norland wants to seize the harbour.", ["norland 13 stance +"]),
    ("Norland will crush the militia, the interior minister vowed.", ["norland 13 threat +"]),
    ("Norland threatened to bomb the harbour.", ["norland 13 threat +"]),
    ("Kestria is ready to send troops to Norland.", ["kestria 13 stance +"]),
    ("Belmar vowed to defend the harbour.", ["belmar 13 threat -"]),
    ("The Harbour Council promised to fight for every house.", ["harbour-council 13 threat -"]),
    ("Norland agreed to a truce.", ["norland 03 assurance -"]),
    ("Belmar warned Norland against an attack on the harbour.", ["belmar 13 threat -"]),
    ("Belmar will supply the Harbour Council with weapons.", ["belmar 03 assurance -"]),
    ("Norland is preparing an offensive.", ["norland 13 stance +"]),
    # demands and appeals
    ("Kestria urged Norland to show restraint.", ["kestria 02 demand -"]),
    ("The League called for a ceasefire.", ["league 02 statement -"]),
    ("Kestria pressed Belmar to accept the attacks.", ["kestria 10 demand +"]),
    ("Norland demanded that the militia lay down its arms.", ["norland 10 demand +"]),
    ("Belmar asked Kestria to restrain Norland.", ["belmar 02 demand -"]),
    ("The League's chairman appealed to both sides to return to the table.", ["league 02 demand -"]),
    # speech
    ("The Kestrian president said that an attack would be a mistake.", ["kestria 11 criticism -"]),
    ("“A war would be a catastrophe,” said the Belmari prime minister.", ["belmar 11 criticism -"]),
    ("Norland's defence minister said that action must be taken against the terrorists.", ["norland 13 threat +"]),
    ("Kestria said that Norlandic forces had shelled the harbour.", ["norland 19 strike +"]),
    ("The League said talks were the only way.", ["league 01 statement -"]),
    ("Kestria denied that it planned an attack.", ["kestria 01 statement -"]),
    ("“We will not yield,” the chairman of the Harbour Council said.", ["harbour-council 12 refusal -"]),
    ("According to Belmar, Norland has moved missiles to the coast.", ["norland 15 deployment +"]),
    ("Norland's envoy expressed support for a political solution.", ["norland 05 statement -"]),
    ("The Norlandic president spoke of peace.", ["norland 01 statement -"]),
    ("The weather in the harbour was fine, the Norlandic president said.", []),
    # nouns
    ("The bombing by Norland of the harbour went on.", ["norland 19 strike +"]),
    ("Talks between Norland and Belmar ended on Friday.", ["norland 04 consultation -", "belmar 04 consultation -"]),
    ("After Norland's shelling of the harbour the shops stayed shut.", ["norland 19 strike +"]),
    ("Kestria's refusal to attack the harbour was a surprise to many.", ["kestria 12 refusal -"]),
    ("The deployment of Belmari troops in the valley is complete.", ["belmar 15 deployment -"]),
    # the organ that was named before, forces without a name, what stands beside a name
    ("The Norlandic president met his generals. Two brigades have been moved to the river.",
     ["norland 15 deployment +"]),
    ("The president of Norland met reporters. Units of the 3rd Corps attacked the bridge.", ["norland 19 strike +"]),
    ("The Norlandic foreign ministry spoke first. The Belmari ambassador arrived late. The ministry rejected a "
     "ceasefire.", ["norland 12 refusal +"]),
    ("The president of Norland met reporters. The French brigades attacked the bridge.", []),
    ("Kestria, the only power to have defended the raids, sent ammunition to Norland.",
     ["kestria 05 statement +", "kestria 07 deployment +"]),
    ("Belmar talked the League into condemning the shelling.", ["league 11 criticism -"]),
    ("Norland's patrol boats turned back a freighter.", ["norland 19 strike +"]),
    # who is not ready to, who has not done so far, of what there will be none
    ("Belmar is not willing to send troops.", ["belmar 12 refusal +"]),
    ("Norland was unwilling to withdraw its tanks.", ["norland 12 refusal +"]),
    ("Kestria was not in a position to support the draft resolution.", ["kestria 12 refusal +"]),
    ("So far Norland has not attacked the harbour.", ["norland - omission -"]),
    ("Norland has yet to attack.", ["norland - omission -"]),
    ("The Norlandic minister said there would be no talks with the militia.", ["norland 12 refusal +"]),
    ("Belmar said there will be no ground assault.", ["belmar 03 assurance -"]),
    ("Belmar's prime minister promised that she would not stand by.", ["belmar 13 threat -"]),
    ("Belmar claims to have shot down a Norlandic drone.", ["belmar 19 strike -"]),
    ("The shelling was claimed by the militia.", ["harbour-council 19 strike +"]),
    # a verb of every root that the plain sentences have not
    ("The Kestrian ambassador voiced sympathy for Norland.", ["kestria 05 statement +"]),
    ("Kestria pays for Norland's lorries.", ["kestria 07 deployment +"]),
    ("Norland cancelled a naval exercise.", ["norland 08 assurance -"]),
    ("The League opened an inquiry into the shelling.", ["league 09 accusation -"]),
    ("Belmar lodged a complaint with the court.", ["belmar 11 accusation -"]),
    ("The militia swore revenge.", ["harbour-council 13 threat -"]),
    ("Norland suspended its military contacts with Belmar.", ["norland 16 refusal +"]),
    ("Norland expelled Belmar's consul.", ["norland 16 refusal +"]),
    ("Norland dissolved the provincial assembly.", ["norland 17 threat +"]),
    ("The militia is holding four hostages.", ["harbour-council 18 strike +"]),
    ("The League dispatched an envoy to Tarn.", ["league 04 visit -"]),
    # the ally by the roles, help that will stop, a passive by whom the paragraph speaks of
    ("Kestria said the money will stop if there is war.", ["kestria 13 threat -"]),
    ("Kestria expressed sympathy for its ally's grievance.", ["kestria 05 statement +"]),
    ("Norland's patron condemned the attack.", ["kestria 11 criticism -"]),
    ("Word from Kestria, which pays for Norland's lorries. Its ambassador praised the offensive.",
     ["kestria 05 statement +", "kestria 07 deployment +"]),
    ("Belmar's prime minister met reporters. A complaint has been lodged with the court.",
     ["belmar 11 accusation -"]),
    ("Norland's minister met reporters. Belmar's consul was expelled.", ["norland 16 refusal +"]),
    ("Norland's minister met reporters. Two protesters were arrested.", []),
    # defiance, options, both sides, a participle in the passive, units that are no act
    ("“We will not be intimidated,” said the Norlandic president.", ["norland 12 refusal +"]),
    ("The regime's spokesman said that all options remained open.", ["norland 13 threat +"]),
    ("Both sides agreed to a pause of two days.", ["harbour-council 08 assurance -", "norland 08 assurance -"]),
    ("Asked for help by the mayor, Belmar sent troops.", ["belmar 15 deployment -"]),
    ("Militia fighters ambushed a Norlandic patrol.", ["harbour-council 19 strike +"]),
    ("Belmar would not hesitate to act, its defence minister said.", ["belmar 13 threat -"]),
    ("Kestria told Norland to hold back.", ["kestria 10 demand -"]),
    ("Tarn's decision to postpone the offensive surprised diplomats.", ["norland 08 assurance -"]),
    ("Norland's naval exercise has been called off.", ["norland 08 assurance -"]),
    ("Kestria promised more money.", ["kestria 03 assurance +"]),
    ("A spokeswoman of the militia, on our programme: “We have sent them a proposal.”",
     ["harbour-council 02 proposal -"]),
    # standing facts
    ("Belmar keeps four observation posts around the harbour.", ["belmar 07 deployment -"]),
    ("Kestria's support is essential for any offensive.", ["kestria - structural 0"]),
    ("The Norlandic army depends on Kestrian fuel.", ["norland - structural 0"]),
    ("The greatest obstacle to an attack is Belmar.", ["belmar - structural -"]),
    ("Kestria has sent mixed signals.", ["kestria - meta 0"]),
    ("No offensive is possible without Kestria.", ["kestria - structural 0"]),
    ("Kestria opposes an attack.", ["kestria 12 refusal -"]),
    ("Norland supports a political settlement.", ["norland 05 statement -"]),
    # orders, conditions that deter, idioms
    ("Belmar's prime minister instructed the chief of staff to move two battalions to the coast.",
     ["belmar 15 deployment -"]),
    ("Norland's parliament voted to send troops to the river.", ["norland 15 deployment +"]),
    ("Belmar will not stand idly by.", ["belmar 13 threat -"]),
    ("Norland's patience is running out.", ["norland 13 threat +"]),
    ("Belmar said an attack on its posts would be an attack on Belmar.", ["belmar 13 threat -"]),
    ("Belmar would treat any attack as an act of war, its president said.", ["belmar 13 threat -"]),
    ("Kestria considers the shelling an act of aggression.", ["kestria 11 criticism -"]),
    ("Belmar stopped short of promising to send troops.", ["belmar 12 refusal +"]),
    ("Kestria's foreign minister flew to Tarn to counsel patience.", ["kestria 04 visit +", "kestria 02 demand -"]),
    ("Norland's foreign minister said that Belmari troops must leave the valley.", ["norland 10 demand +"]),
    ("Kestria, Norland's ally, called on both sides to exercise restraint.", ["kestria 02 demand -"]),
    ("The presidents of Norland and Belmar agreed to exchange prisoners.",
     ["norland 03 assurance -", "belmar 03 assurance -"]),
    ("“Nobody in Norland wants war,” the Norlandic ambassador insisted.", ["norland 01 statement -"]),
    ("Kestria is said to have withheld deliveries since January.", ["kestria 16 threat -"]),
    ("Norland let the first convoy pass.", ["norland 08 assurance -"]),
    ("Belmar said any attack on the harbour would end all trade with Norland.", ["belmar 13 threat -"]),
    ("There were no signs that Norland was preparing to attack.", []),
    ("Diplomats doubt that Kestria wants a war.", []),
    ("An attack is unlikely.", ["norland - inference -"]),
    ("The Kestrian president said that diplomacy was not exhausted.", ["kestria 01 statement -"]),
    ("Residents said that there was no talk of peace.", []),
    # silence
    ("The Norlandic president avoided any mention of the offensive.", ["norland - omission -"]),
    # who is not meant
    ("Norlandic refugees crossed the river.", []),
    ("A former Norlandic general called for an attack.", []),
    ("Kestrian-backed fighters attacked a bridge.", []),
    ("The Norlandic opposition condemned the shelling.", []),
    ("Pro-Norland demonstrators threw stones.", []),
    ("Shares in Norland fell by a tenth.", []),
    # persons
    ("Norlandic Foreign Minister Anna Holm threatened to invade. Holm spoke in Tarn.", ["norland 13 threat +"]),
    ("Anna Holm, the Norlandic foreign minister, came to the harbour. Later Holm ruled out a ceasefire.",
     ["norland 12 refusal +"]),
    ("The foreign minister of Belmar, Ada Lunt, met reporters. She condemned the attacks.", ["belmar 11 criticism -"]),
    ("Norland's president arrived late. He warned of war.", ["norland 13 threat +"]),
]  # fmt: skip


def article(*paragraphs: str, title: str | None = None) -> Article:
    """Return an article of today."""
    return Article(tuple(map(normalise, paragraphs)), title=title, date=TODAY)
