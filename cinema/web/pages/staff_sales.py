"""What was sold: figures that move as orders come in, and the orders and payments themselves."""

from decimal import Decimal

from aiohttp import web

from cinema.admin import sales
from cinema.admin.sales_schemas import OrderSearch, PaymentSearch, PeriodQuery
from cinema.admin.statistics import statistics
from cinema.http.body import path_id, read_query
from cinema.http.download import send_csv
from cinema.http.identity import Access, current_identity
from cinema.orders.models import OrderStatus
from cinema.payments.models import PaymentStatus
from cinema.payments.refund_requests import refund_payment, refunds_of
from cinema.payments.schemas import PaymentRefund
from cinema.resources import RESOURCES
from cinema.web.charts import HEIGHT, WIDTH, bars
from cinema.web.filters import money
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, page, told

routes = web.RouteTableDef()

PAYMENT = "/staff/payments/{payment_id:[0-9]{1,18}}"


@routes.get("/staff/sales")
@page("staff/sales.html", Access.MODERATOR)
async def dashboard(request: web.Request) -> Context:
    """Show the figures of some days."""
    period = read_query(filled_in(request), PeriodQuery)
    currency = request.app[RESOURCES].settings.currency
    figures = await statistics(period, currency)
    return {
        "figures": figures,
        "success": None if figures.success_rate is None else f"{figures.success_rate:.1%}",
        "revenue_bars": bars(
            [
                (day.revenue, f"{day.day:%-d %b}: {money(day.revenue, currency)}")
                for day in figures.days
            ]
        ),
        "order_bars": bars(
            [(Decimal(day.orders), f"{day.day:%-d %b}: {day.orders}") for day in figures.days]
        ),
        "width": WIDTH,
        "height": HEIGHT,
    }


@routes.get("/staff/orders")
@page("staff/orders.html", Access.MODERATOR)
async def orders(request: web.Request) -> Context:
    """Show everybody's orders, filtered by the address of the page."""
    query = read_query(filled_in(request), OrderSearch)
    items, total = await sales.list_orders(query)
    return {
        "orders": items,
        "filter": query,
        "statuses": list(OrderStatus),
        "page": pager(request, query, total),
        "export": _export(request),
    }


@routes.get("/staff/orders/export")
@page("problem.html", Access.MODERATOR)
async def export_orders(request: web.Request) -> web.StreamResponse:
    """Download the orders that match as CSV."""
    query = read_query(filled_in(request), OrderSearch)
    return await send_csv(request, "orders.csv", sales.export_orders(query))


@routes.get("/staff/payments")
@page("staff/payments.html", Access.MODERATOR)
async def payments(request: web.Request) -> Context:
    """Show everybody's payments, filtered by the address of the page."""
    query = read_query(filled_in(request), PaymentSearch)
    items, total = await sales.list_payments(query)
    return {
        "payments": items,
        "filter": query,
        "statuses": list(PaymentStatus),
        "page": pager(request, query, total),
        "export": _export(request),
    }


@routes.get("/staff/payments/export")
@page("problem.html", Access.MODERATOR)
async def export_payments(request: web.Request) -> web.StreamResponse:
    """Download the payments that match as CSV."""
    query = read_query(filled_in(request), PaymentSearch)
    return await send_csv(request, "payments.csv", sales.export_payments(query))


async def _payment(request: web.Request) -> Context:
    payment = await sales.get_payment(path_id(request, "payment_id"))
    return {"payment": payment, "refunds": await refunds_of(payment.id)}


@routes.get(PAYMENT)
@page("staff/payment.html", Access.MODERATOR)
async def payment(request: web.Request) -> Context:
    """Show a payment, and what went back of it."""
    return await _payment(request)


@routes.post(PAYMENT + "/refund")
@action(Access.MODERATOR, form="staff/payment.html", again=_payment)
async def refund(request: web.Request, form: Form) -> web.StreamResponse:
    """Pay a sum back, or all that is left."""
    payment_id = path_id(request, "payment_id")
    wanted = form.read(PaymentRefund)
    promised = await refund_payment(payment_id, wanted, current_identity(request).user_id)
    amount = money(promised.amount, promised.currency)
    return told(
        request, f"/staff/payments/{payment_id}", "good", f"{amount} are on their way back."
    )


def _export(request: web.Request) -> str:
    """Return where the whole list is downloaded, with the filters of this page of it."""
    everything = request.rel_url.without_query_params("page", "per_page")
    return str(everything.with_path(f"{request.path}/export", keep_query=True))
