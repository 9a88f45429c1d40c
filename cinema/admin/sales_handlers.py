from aiohttp import web

from cinema.admin import sales
from cinema.admin.sales_schemas import (
    OrderSearch,
    PaymentSearch,
    PeriodQuery,
    StaffOrderOut,
    StaffPaymentOut,
    StatsOut,
)
from cinema.admin.statistics import statistics
from cinema.http.download import send_csv
from cinema.http.endpoint import endpoint
from cinema.http.identity import Access
from cinema.http.pagination import CursorPage, Page, page_by_id, page_of
from cinema.resources import RESOURCES

routes = web.RouteTableDef()


@routes.get("/api/v1/admin/orders")
@endpoint(query=OrderSearch, access=Access.MODERATOR)
async def list_orders(
    request: web.Request, query: OrderSearch
) -> Page[StaffOrderOut] | CursorPage[StaffOrderOut]:
    """List everybody's orders, the newest first, by buyer, days and status."""
    if query.cursor is not None:
        return page_by_id(query, await sales.list_orders_before(query))
    return page_of(request, query, *await sales.list_orders(query))


@routes.get("/api/v1/admin/orders/export")
@endpoint(query=OrderSearch, access=Access.MODERATOR)
async def export_orders(request: web.Request, query: OrderSearch) -> web.StreamResponse:
    """Download the orders that match as CSV, however many; paging does not count here."""
    return await send_csv(request, "orders.csv", sales.export_orders(query))


@routes.get("/api/v1/admin/payments")
@endpoint(query=PaymentSearch, access=Access.MODERATOR)
async def list_payments(
    request: web.Request, query: PaymentSearch
) -> Page[StaffPaymentOut] | CursorPage[StaffPaymentOut]:
    """List everybody's payments, the newest first, by buyer, days and status."""
    if query.cursor is not None:
        return page_by_id(query, await sales.list_payments_before(query))
    return page_of(request, query, *await sales.list_payments(query))


@routes.get("/api/v1/admin/payments/export")
@endpoint(query=PaymentSearch, access=Access.MODERATOR)
async def export_payments(request: web.Request, query: PaymentSearch) -> web.StreamResponse:
    """Download the payments that match as CSV, however many; paging does not count here."""
    return await send_csv(request, "payments.csv", sales.export_payments(query))


@routes.get("/api/v1/admin/stats")
@endpoint(query=PeriodQuery, access=Access.MODERATOR)
async def show_statistics(request: web.Request, query: PeriodQuery) -> StatsOut:
    """Show revenue, orders by status, the success rate, the best sellers, and each day."""
    return await statistics(query, request.app[RESOURCES].settings.currency)
