from cinema.jobs import RunContext
from cinema.payments import inbox, refunds
from cinema.payments.events import RefundRequested, StripeEventReceived
from cinema.resources import Resources


async def settle_stripe_event(
    resources: Resources, event: StripeEventReceived, run: RunContext
) -> None:
    livemode = resources.settings.is_production
    await inbox.handle(resources.gateway, event.stripe_event_id, livemode=livemode)


async def ask_for_refund(resources: Resources, event: RefundRequested, run: RunContext) -> None:
    await refunds.carry_out(resources.gateway, event.refund_id)
