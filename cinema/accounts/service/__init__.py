"""What can be done to accounts: one function is one use case and one transaction."""

from cinema.accounts.service.login import login
from cinema.accounts.service.registration import activate, register, resend_activation
from cinema.accounts.service.sessions import (
    logout,
    logout_all,
    refresh,
    revoke_all_sessions,
    revoke_session,
)

__all__ = [
    "activate",
    "login",
    "logout",
    "logout_all",
    "refresh",
    "register",
    "resend_activation",
    "revoke_all_sessions",
    "revoke_session",
]
