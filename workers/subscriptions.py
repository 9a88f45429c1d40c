"""Which jobs follow which event: every background consequence, on one page."""

from collections.abc import Mapping

from cinema.accounts import events as accounts
from cinema.accounts.jobs import delete_last_avatar, delete_old_avatar
from cinema.catalogue import events as catalogue
from cinema.catalogue.import_events import ImportRequested
from cinema.catalogue.jobs import delete_old_medium, read_import
from cinema.catalogue.media_events import MediaReplaced
from cinema.events import Event
from cinema.jobs import Job
from cinema.notifications.account_mails import (
    mail_activated,
    mail_activation,
    mail_password_changed,
    mail_password_reset,
    mail_session_stolen,
)
from cinema.notifications.community_jobs import (
    alert_delete_blocked,
    ring_comment_liked,
    ring_comment_removed,
    ring_comment_replied,
    ring_taken_from_carts,
)
from cinema.notifications.favorite_jobs import ring_movie_released, ring_price_dropped
from cinema.notifications.jobs import (
    alert_dispute_closed,
    alert_disputed,
    alert_refund_failed,
    alert_staff,
    ring_dispute_lost,
    ring_order_expired,
    ring_order_paid,
    ring_payment_failed,
    ring_payment_refunded,
)
from cinema.notifications.news_mails import (
    mail_comment_liked,
    mail_comment_replied,
    mail_movie_released,
    mail_price_dropped,
)
from cinema.notifications.order_mails import (
    mail_dispute_lost,
    mail_order_created,
    mail_order_expired,
    mail_payment_failed,
    mail_receipt,
    mail_refund,
    mail_refund_failed,
)
from cinema.orders import events as orders
from cinema.payments import events as payments
from cinema.payments.jobs import ask_for_refund, settle_stripe_event
from cinema.social import events as social
from cinema.social.jobs import forget_votes

SUBSCRIPTIONS: Mapping[type[Event], tuple[Job, ...]] = {
    accounts.UserRegistered: (mail_activation,),
    accounts.ActivationRequested: (mail_activation,),
    accounts.UserActivated: (mail_activated,),
    accounts.PasswordResetRequested: (mail_password_reset,),
    accounts.PasswordChanged: (mail_password_changed,),
    accounts.SessionStolen: (mail_session_stolen,),
    accounts.AvatarReplaced: (delete_old_avatar,),
    accounts.UserDeleted: (delete_last_avatar, forget_votes),
    MediaReplaced: (delete_old_medium,),
    ImportRequested: (read_import,),
    catalogue.MovieChanged: (ring_price_dropped, mail_price_dropped),
    catalogue.MovieReleased: (ring_movie_released, mail_movie_released),
    catalogue.MovieTakenFromCarts: (ring_taken_from_carts,),
    catalogue.MovieDeleteBlocked: (alert_delete_blocked,),
    social.CommentCreated: (ring_comment_replied, mail_comment_replied),
    social.CommentLiked: (ring_comment_liked, mail_comment_liked),
    social.ReportsResolved: (ring_comment_removed,),
    orders.OrderCreated: (mail_order_created,),
    orders.OrderPaid: (ring_order_paid, mail_receipt),
    orders.OrderExpired: (ring_order_expired, mail_order_expired),
    payments.StripeEventReceived: (settle_stripe_event,),
    payments.RefundRequested: (ask_for_refund,),
    payments.PaymentFailed: (ring_payment_failed, mail_payment_failed),
    payments.PaymentRefunded: (ring_payment_refunded, mail_refund),
    payments.PaymentMismatched: (alert_staff,),
    payments.PaymentDisputed: (alert_disputed,),
    payments.DisputeClosed: (ring_dispute_lost, alert_dispute_closed, mail_dispute_lost),
    payments.RefundFailed: (alert_refund_failed, mail_refund_failed),
}

JOBS: Mapping[str, Job] = {job.__name__: job for jobs in SUBSCRIPTIONS.values() for job in jobs}
JOBS_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    event.type: tuple(job.__name__ for job in jobs) for event, jobs in SUBSCRIPTIONS.items()
}
