"""The data that all views need, of one meter or of several combined, from one columnar read."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from core.consumption.cost.contracts import Contract
from core.consumption.cost.registers import Metered, meter
from core.consumption.profiles import Carpet, carpet
from core.consumption.readings import History, combined
from core.consumption.totals import Totals, by_day
from core.model import DEMO_PRM, Days, Flow, Meter
from core.storage.record import Summary
from core.storage.store import Store


class Scope(StrEnum):
    """Which meters are shown. The value is in the URL."""

    ONE = "one"
    SUM = "sum"
    NET = "net"


class Household:
    """Readings in memory, of one meter or the sum of several, with what was worked out from them."""

    def __init__(
        self, history: History, flow: Flow = Flow.CONSUMPTION, *, net: bool = False, meters: int = 1
    ) -> None:
        self.history = history
        self.flow = flow
        self.net = net
        self.meters = meters
        self._metered: tuple[Contract, Metered] | None = None

    @property
    def is_bought(self) -> bool:
        """Whether a contract prices these readings; production is paid under another contract."""
        return self.flow is Flow.CONSUMPTION and not self.net

    @cached_property
    def carpet(self) -> Carpet:
        """Days x half-hours of the readings."""
        return carpet(self.history)

    @property
    def days(self) -> Days:
        """From the first reading's day to the day after the last's. ValueError without readings."""
        if self.history.days is None:
            raise ValueError("a household without readings")
        return self.history.days

    @cached_property
    def daily(self) -> Totals:
        """Energy of each Paris day."""
        return by_day(self.history, self.days)

    def metered(self, contract: Contract) -> Metered:
        """The readings by register, cached for the last contract."""
        if self._metered is None or self._metered[0] != contract:
            self._metered = (contract, meter(self.history, contract))
        return self._metered[1]


def scopes(summaries: list[Summary], chosen: Meter) -> tuple[Scope, ...]:
    """The scopes to offer: the sum if several meters have the chosen flow, the net with production."""
    flows = [meter.flow for meter in _of_one_home(summaries, chosen)]
    found = [Scope.ONE]
    if flows.count(chosen.flow) > 1:
        found.append(Scope.SUM)
    if set(flows) == set(Flow):
        found.append(Scope.NET)
    return tuple(found)


def _of_one_home(summaries: list[Summary], chosen: Meter) -> list[Meter]:
    """The meters with readings that may be combined with the chosen one; the demo stands alone."""
    demo = chosen.prm == DEMO_PRM
    return [one.meter for one in summaries if one.readings and (one.meter.prm == DEMO_PRM) is demo]


def load(store: Store, summaries: list[Summary], chosen: Meter, scope: Scope = Scope.ONE) -> Household:
    """Read the meters of a scope. Raises StorageError.

    The net is consumption minus production, negative if more was produced.
    """
    if scope is Scope.ONE:
        return Household(History.of(store.read(chosen)), chosen.flow)
    net = scope is Scope.NET
    meters = [one for one in _of_one_home(summaries, chosen) if net or one.flow is chosen.flow]
    signs = [-1 if net and one.flow is Flow.PRODUCTION else 1 for one in meters]
    together = History.of(combined([store.read(one) for one in meters], signs))
    return Household(together, Flow.CONSUMPTION if net else chosen.flow, net=net, meters=len(meters))
