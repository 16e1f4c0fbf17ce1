"""How sure a share of few runs is."""

from math import sqrt

Z_95 = 1.959964
"""The standard normal quantile for a two-sided interval of 95 %."""


def wilson(hits: int, runs: int) -> tuple[float, float]:
    """The 95 % interval of a share of which ``hits`` in ``runs`` were seen; ``(0, 1)`` without a run.

    Source: E. B. Wilson, "Probable inference …", JASA 22 (1927), equation for the score interval.
    """
    if runs == 0:
        return 0.0, 1.0
    share, weight = hits / runs, Z_95**2 / runs
    middle, reach = share + weight / 2, Z_95 * sqrt(share * (1 - share) / runs + weight / (4 * runs))
    return max(0.0, (middle - reach) / (1 + weight)), min(1.0, (middle + reach) / (1 + weight))
