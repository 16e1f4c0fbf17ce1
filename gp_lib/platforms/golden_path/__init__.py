"""The platform that ships with the workbench, and any other that speaks ``golden-path/1`` about cloud costs."""

from gp_lib.contract.platform import Platform
from gp_lib.platforms.golden_path.cost_savings import COST_SAVINGS

PLATFORM = Platform(name="golden_path", use_case=COST_SAVINGS)
