"""The five roles, as Mesa agents: each is one actor across a whole block of runs."""

from sim.model.actors.base import Actor, View
from sim.model.actors.defender import Defender
from sim.model.actors.guarantor import Guarantor
from sim.model.actors.initiator import Initiator
from sim.model.actors.mediator import Mediator
from sim.model.actors.patron import Patron

ROLES: dict[str, type[Actor]] = {role.role: role for role in (Initiator, Patron, Guarantor, Defender, Mediator)}

__all__ = ["ROLES", "Actor", "Defender", "Guarantor", "Initiator", "Mediator", "Patron", "View"]
