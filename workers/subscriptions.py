"""Which jobs follow which event: every background consequence, on one page."""

from collections.abc import Mapping

from cinema.accounts.events import (
    ActivationRequested,
    PasswordChanged,
    PasswordResetRequested,
    SessionStolen,
    UserActivated,
    UserRegistered,
)
from cinema.events import Event
from cinema.jobs import Job
from cinema.notifications.account_mails import (
    mail_activated,
    mail_activation,
    mail_password_changed,
    mail_password_reset,
    mail_session_stolen,
)
from cinema.payments.events import RefundRequested, StripeEventReceived
from cinema.payments.jobs import ask_for_refund, settle_stripe_event

SUBSCRIPTIONS: Mapping[type[Event], tuple[Job, ...]] = {
    UserRegistered: (mail_activation,),
    ActivationRequested: (mail_activation,),
    UserActivated: (mail_activated,),
    PasswordResetRequested: (mail_password_reset,),
    PasswordChanged: (mail_password_changed,),
    SessionStolen: (mail_session_stolen,),
    StripeEventReceived: (settle_stripe_event,),
    RefundRequested: (ask_for_refund,),
}

JOBS: Mapping[str, Job] = {job.__name__: job for jobs in SUBSCRIPTIONS.values() for job in jobs}
JOBS_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    event.type: tuple(job.__name__ for job in jobs) for event, jobs in SUBSCRIPTIONS.items()
}
