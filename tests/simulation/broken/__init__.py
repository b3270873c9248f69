"""The product with one rule taken out, to show that somebody notices: each variant is the shipped code but for one
function.

    variant     what a variant is, and how it is put in the place of the product for a while
    guards      guards that are never asked, or that do not refuse for one of their reasons
    steps       steps that are skipped, and what is believed of orders
    rows        etags, leases, the ledger, the audit
    sizes       bounds, rest and placement of pools that change their size
    senses      readings, events and identities that are believed as they come
    tales       worlds in which the missing rule matters, where random ones seldom have it
    page        the table of them all in docs/safety.md

A variant that no tale tells from the product says that its rule is not needed, or that nobody looks. The tests beside
this package show for each that its tales pass with the rule and not without. Where the simulated world knows no truth
that the rule defends, a test of that rule says it.
"""

from __future__ import annotations

from tests.simulation.broken.guards import OF_GUARDS
from tests.simulation.broken.rows import OF_ROWS
from tests.simulation.broken.senses import OF_SENSES
from tests.simulation.broken.sizes import OF_SIZES
from tests.simulation.broken.steps import OF_STEPS
from tests.simulation.broken.variant import Variant, broken

__all__ = ["VARIANTS", "Variant", "broken"]

VARIANTS: dict[str, Variant] = {
    one.name: one for group in (OF_GUARDS, OF_STEPS, OF_ROWS, OF_SENSES, OF_SIZES) for one in group
}
