"""What can be done to accounts: one function is one use case and one transaction."""

from cinema.accounts.service.cleaning import clean_expired
from cinema.accounts.service.erasure import delete_me, export_me
from cinema.accounts.service.login import login
from cinema.accounts.service.password import change_password, forgot_password, reset_password
from cinema.accounts.service.profile import set_avatar_key, update_profile
from cinema.accounts.service.registration import activate, register, resend_activation
from cinema.accounts.service.sessions import (
    logout,
    logout_all,
    refresh,
    revoke_all_sessions,
    revoke_session,
)
from cinema.accounts.service.staff import (
    activate_user,
    change_group,
    create_admin,
    deactivate_user,
)

__all__ = [
    "activate",
    "activate_user",
    "change_group",
    "change_password",
    "clean_expired",
    "create_admin",
    "deactivate_user",
    "delete_me",
    "export_me",
    "forgot_password",
    "login",
    "logout",
    "logout_all",
    "refresh",
    "register",
    "resend_activation",
    "reset_password",
    "revoke_all_sessions",
    "revoke_session",
    "set_avatar_key",
    "update_profile",
]
