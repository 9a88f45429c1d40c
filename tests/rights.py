"""Who may call which route: the one table that the authorisation test holds the routes against.

A new route is written down here first.
"""

API = "/api/v1"
PUBLIC, USER, MODERATOR, ADMIN, OWNER, OWNER_OR_ADMIN, OWNER_OR_MODERATOR = (
    "public",
    "user",
    "moderator",
    "admin",
    "owner",
    "owner or admin",
    "owner or moderator",
)
TABLE = {
    PUBLIC: """
        GET /healthz
        GET /readyz
        POST /api/v1/accounts/register
        POST /api/v1/accounts/activate
        POST /api/v1/accounts/resend-activation
        POST /api/v1/accounts/login
        POST /api/v1/accounts/refresh
        POST /api/v1/accounts/password/forgot
        POST /api/v1/accounts/password/reset
        GET /api/v1/movies
        GET /api/v1/movies/facets
        GET /api/v1/movies/suggest
        GET /api/v1/movies/{movie}
        GET /api/v1/movies/{movie_id}/similar
        GET /api/v1/genres
        GET /api/v1/movies/{movie_id}/trailer
        GET /posters/{key}/{width}.webp
        GET /api/v1/genres/{id}
        GET /api/v1/stars
        GET /api/v1/stars/{id}
        GET /api/v1/directors
        GET /api/v1/directors/{id}
        GET /api/v1/certifications
        GET /api/v1/certifications/{id}
        GET /api/v1/movies/{movie_id}/comments
        GET /api/v1/movies/{movie_id}/ratings
        GET /api/v1/comments/{comment_id}/replies
        POST /api/v1/payments/webhook
        GET /api/v1/notifications/unsubscribe
        POST /api/v1/notifications/unsubscribe
        GET /unsubscribe
        POST /unsubscribe
        GET /api/v1/realtime
        GET /
        GET /movies/{movie_id}
        GET /comments/{comment_id}
        GET /posters/{uuid}.svg
        GET /static/{digest}/{name}
        POST /refresh
        GET /register
        POST /register
        GET /login
        POST /login
        POST /logout
        GET /activate
        POST /activate
        GET /activate/resend
        POST /activate/resend
        GET /password/forgot
        POST /password/forgot
        GET /password/reset
        POST /password/reset
        GET /cart
        POST /cart/{movie_id}
        POST /cart/{movie_id}/remove
        POST /cart/clear
        GET /dev/mail
        GET /dev/mail.json
    """,
    USER: """
        POST /api/v1/accounts/logout
        POST /api/v1/accounts/logout-all
        GET /api/v1/accounts/sessions
        GET /api/v1/accounts/me
        DELETE /api/v1/accounts/me
        GET /api/v1/accounts/me/export
        POST /api/v1/accounts/password/change
        GET /api/v1/profiles/me
        PATCH /api/v1/profiles/me
        PUT /api/v1/profiles/me/avatar
        DELETE /api/v1/profiles/me/avatar
        POST /api/v1/movies/{movie_id}/comments
        PATCH /api/v1/comments/{comment_id}
        DELETE /api/v1/comments/{comment_id}
        PUT /api/v1/comments/{comment_id}/like
        DELETE /api/v1/comments/{comment_id}/like
        POST /api/v1/comments/{comment_id}/report
        PUT /api/v1/movies/{movie_id}/reaction
        DELETE /api/v1/movies/{movie_id}/reaction
        PUT /api/v1/movies/{movie_id}/rating
        DELETE /api/v1/movies/{movie_id}/rating
        GET /api/v1/favorites
        PUT /api/v1/favorites/{movie_id}
        DELETE /api/v1/favorites/{movie_id}
        GET /api/v1/library
        GET /api/v1/cart
        POST /api/v1/cart/items
        DELETE /api/v1/cart/items
        DELETE /api/v1/cart/items/{movie_id}
        GET /api/v1/orders
        POST /api/v1/orders
        GET /api/v1/payments
        GET /api/v1/notifications
        GET /api/v1/notifications/unread-count
        GET /api/v1/notifications/settings
        PUT /api/v1/notifications/settings
        POST /api/v1/notifications/read-all
        POST /api/v1/realtime/ticket
        POST /movies/{movie_id}/comments
        POST /movies/{movie_id}/comments/{comment_id}/edit
        POST /movies/{movie_id}/comments/{comment_id}/delete
        POST /movies/{movie_id}/comments/{comment_id}/like
        POST /movies/{movie_id}/comments/{comment_id}/report
        POST /movies/{movie_id}/reaction
        POST /movies/{movie_id}/rating
        POST /movies/{movie_id}/favorite
        GET /favorites
        GET /library
        GET /notifications
        POST /notifications/read-all
        POST /notifications/settings
        GET /orders
        POST /orders
        GET /payments
        GET /password/change
        POST /password/change
        GET /profile
        POST /profile
        POST /profile/avatar
        POST /profile/avatar/delete
        POST /profile/sessions/end-all
        GET /profile/export
        GET /profile/delete
        GET /docs
        GET /docs/assets/{name}
        GET /docs/openapi-3.0.json
        GET /openapi.json
        POST /profile/delete
    """,
    OWNER: """
        DELETE /api/v1/accounts/sessions/{id}
        GET /api/v1/orders/{order_id}
        POST /api/v1/orders/{order_id}/checkout
        POST /api/v1/orders/{order_id}/cancel
        GET /api/v1/payments/{payment_id}
        GET /api/v1/library/{movie_id}/playback
        GET /watch/{movie_id}
        PUT /api/v1/library/{movie_id}/progress
        POST /api/v1/notifications/{notification_id}/read
        GET /orders/{order_id}
        POST /orders/{order_id}/checkout
        POST /orders/{order_id}/cancel
        POST /orders/{order_id}/refund
        POST /notifications/{notification_id}/read
        POST /profile/sessions/{session_id}/end
    """,
    OWNER_OR_ADMIN: """
        GET /api/v1/profiles/{user_id}
    """,
    OWNER_OR_MODERATOR: """
        POST /api/v1/orders/{order_id}/refund
    """,
    MODERATOR: """
        POST /api/v1/admin/payments/{payment_id}/refund
        GET /staff/reports
        POST /staff/reports/{report_id}/resolve
        POST /api/v1/movies/import
        GET /staff/import
        POST /staff/import
        GET /staff/import/{import_id}
        GET /staff/import/{import_id}/report.csv
        GET /staff/movies/{movie_id}/media
        POST /staff/movies/{movie_id}/poster
        POST /staff/movies/{movie_id}/trailer
        POST /staff/movies/{movie_id}/video
        POST /staff/movies/{movie_id}/{medium}/delete
        GET /api/v1/movies/imports
        GET /api/v1/movies/imports/{import_id}
        GET /api/v1/movies/imports/{import_id}/refused
        PUT /api/v1/movies/{movie_id}/poster
        DELETE /api/v1/movies/{movie_id}/poster
        PUT /api/v1/movies/{movie_id}/trailer
        DELETE /api/v1/movies/{movie_id}/trailer
        PUT /api/v1/movies/{movie_id}/video
        DELETE /api/v1/movies/{movie_id}/video
        GET /api/v1/moderation/reports
        POST /api/v1/moderation/reports/{report_id}/resolve
        POST /api/v1/movies
        PATCH /api/v1/movies/{movie}
        DELETE /api/v1/movies/{movie}
        POST /api/v1/genres
        PATCH /api/v1/genres/{id}
        DELETE /api/v1/genres/{id}
        POST /api/v1/stars
        PATCH /api/v1/stars/{id}
        DELETE /api/v1/stars/{id}
        POST /api/v1/directors
        PATCH /api/v1/directors/{id}
        DELETE /api/v1/directors/{id}
        POST /api/v1/certifications
        PATCH /api/v1/certifications/{id}
        DELETE /api/v1/certifications/{id}
        GET /api/v1/admin/orders
        GET /api/v1/admin/orders/export
        GET /api/v1/admin/payments
        GET /api/v1/admin/payments/export
        GET /api/v1/admin/stats
        GET /staff
        GET /staff/movies
        GET /staff/movies/new
        POST /staff/movies/new
        GET /staff/movies/{movie_id}
        POST /staff/movies/{movie_id}
        POST /staff/movies/{movie_id}/availability
        GET /staff/movies/{movie_id}/delete
        POST /staff/movies/{movie_id}/delete
        GET /staff/people
        GET /staff/people/{kind}
        POST /staff/people/{kind}
        POST /staff/people/{kind}/{label_id}
        POST /staff/people/{kind}/{label_id}/delete
        GET /staff/sales
        GET /staff/orders
        GET /staff/orders/export
        GET /staff/payments
        GET /staff/payments/export
        GET /staff/payments/{payment_id}
        POST /staff/payments/{payment_id}/refund
    """,
    ADMIN: """
        GET /api/v1/admin/webhook-events
        POST /api/v1/admin/webhook-events/{event_id}/retry
        GET /api/v1/admin/jobs
        GET /admin/webhooks
        POST /admin/webhooks/{event_id}/retry
        GET /admin/jobs
        GET /api/v1/admin/users
        GET /api/v1/admin/users/{id}
        POST /api/v1/admin/users/{id}/activate
        POST /api/v1/admin/users/{id}/deactivate
        PUT /api/v1/admin/users/{id}/group
        GET /api/v1/admin/users/{id}/cart
        GET /api/v1/admin/audit-log
        GET /admin
        GET /admin/users/{user_id}
        POST /admin/users/{user_id}/activate
        POST /admin/users/{user_id}/deactivate
        POST /admin/users/{user_id}/group
        GET /admin/audit
    """,
}
ROUTES = {
    line.strip(): right for right, lines in TABLE.items() for line in lines.strip().splitlines()
}

CHECK_BY_THEMSELVES = ("/api/v1/cart", "/docs", "/openapi.json")
"""Whose handlers look at the caller: another sentence is said, or a setting decides."""
MISSING = {
    "GET /docs/assets/{name}": "404",
    "GET /static/{digest}/{name}": "404",
    "DELETE /api/v1/cart/items/{movie_id}": "404",
    "POST /api/v1/cart/items": "404",
    "POST /refresh": "401",
    "DELETE /api/v1/comments/{comment_id}": "404",
    "GET /api/v1/genres/{id}": "404",
    "DELETE /api/v1/genres/{id}": "404",
    "GET /api/v1/stars/{id}": "404",
    "DELETE /api/v1/stars/{id}": "404",
    "GET /api/v1/directors/{id}": "404",
    "DELETE /api/v1/directors/{id}": "404",
    "GET /api/v1/certifications/{id}": "404",
    "DELETE /api/v1/certifications/{id}": "404",
    "GET /api/v1/library/{movie_id}/playback": "404",
    "GET /watch/{movie_id}": "404",
    "GET /staff/import/{import_id}": "404",
    "GET /staff/import/{import_id}/report.csv": "404",
    "GET /api/v1/movies/imports/{import_id}": "404",
    "GET /api/v1/movies/imports/{import_id}/refused": "404",
    "GET /api/v1/movies/{movie_id}/trailer": "404",
    "GET /posters/{key}/{width}.webp": "404",
    "PUT /api/v1/library/{movie_id}/progress": "404",
}
"""Where nothing is found for somebody who is let in, since nothing was there to be found."""
BODIES = {
    "POST /api/v1/orders/{order_id}/refund": {"reason": "Bought twice"},
    "POST /api/v1/admin/payments/{payment_id}/refund": {"reason": "Bought twice"},
    "POST /api/v1/cart/items": {"movie_id": 999},
    "PUT /api/v1/library/{movie_id}/progress": {"position": 1, "version": 1},
}
"""Where the body is read before the caller is looked at."""
LET_IN = "let in"
TO_LOGIN = "login"
