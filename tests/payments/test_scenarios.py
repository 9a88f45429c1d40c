"""Which tests show the forty scenarios of orders and payments; a name that is gone is a fault."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SCENARIOS: dict[int, str] = {
    1: """
        orders/test_placing.py::test_fifty_requests_at_once_place_one_order
        payments/test_checkout.py::test_fifty_requests_at_once_open_one_page
    """,
    2: """
        orders/test_placing.py::test_the_same_key_twice_places_one_order_and_repeats_its_bytes
        payments/test_checkout.py::test_the_same_key_gets_the_stored_answer_and_asks_stripe_once
    """,
    3: """
        payments/test_checkout.py::test_the_same_key_while_the_first_runs_is_asked_to_wait
        http/test_idempotency.py::test_while_the_first_runs_the_second_is_told_to_come_back
    """,
    4: """
        orders/test_placing.py::test_the_same_key_with_another_body_is_refused
        payments/test_checkout.py::test_a_key_of_another_user_is_another_key
    """,
    5: "orders/test_placing.py::test_a_key_whose_process_died_is_tried_again_after_its_lock",
    6: """
        orders/test_placing.py::test_a_cart_that_changed_in_another_tab_is_refused_with_its_version
    """,
    7: "orders/test_placing.py::test_a_price_that_was_raised_is_refused_with_old_and_new",
    8: "payments/test_checkout.py::test_a_price_that_changed_after_the_order_is_not_charged",
    9: """
        orders/test_placing.py::test_what_cannot_be_ordered_is_left_out_and_named
        payments/test_checkout.py::test_a_movie_withdrawn_before_the_payment_cancels_the_order
        payments/test_checkout.py::test_a_movie_withdrawn_while_the_page_is_open_is_still_sold
    """,
    10: """
        orders/test_placing.py::test_a_movie_in_another_pending_order_is_refused_with_the_orders_ids
        payments/test_late_payments.py::test_of_two_payments_for_a_movie_the_second_goes_back
    """,
    11: "payments/test_checkout.py::test_an_order_that_costs_nothing_is_paid_without_stripe",
    12: "orders/test_placing.py::test_an_empty_cart_is_refused",
    13: "payments/test_webhook.py::test_twenty_copies_of_an_event_at_once_pay_the_order_once",
    14: "payments/test_events.py::test_the_events_of_a_success_lead_to_the_same_end_in_every_order",
    15: """
        payments/test_events.py::test_a_failure_told_after_the_success_leaves_the_order_paid
        payments/test_events.py::test_a_success_after_the_failure_pays_the_order
    """,
    16: "payments/test_events.py::test_an_event_that_comes_before_our_own_commit_is_applied",
    17: """
        payments/test_webhook.py::test_a_bad_signature_is_refused_and_nothing_is_stored
        payments/test_webhook.py::test_a_body_that_was_tampered_with_is_refused
        payments/test_webhook.py::test_a_body_over_a_mebibyte_is_refused
        payments/test_webhook.py::test_without_a_configured_secret_there_is_no_webhook
    """,
    18: """
        payments/test_webhook.py::test_an_event_of_nearly_five_minutes_ago_is_accepted
        payments/test_webhook.py::test_an_event_that_is_signed_twice_during_a_rotation_is_accepted
    """,
    19: "payments/test_durability.py::test_while_the_database_is_down_no_webhook_is_acknowledged",
    20: """
        payments/test_durability.py::test_a_worker_that_dies_with_the_event_in_hand_is_followed_by_another
        chaos/test_worker_killed.py::test_a_worker_killed_again_and_again_enters_every_payment_once
    """,
    21: """
        payments/test_durability.py::test_a_worker_that_dies_after_its_commit_is_repeated_without_effect
        payments/test_durability.py::test_a_worker_that_dies_before_its_acknowledgement_is_repeated_without_effect
    """,
    22: """
        payments/test_events.py::test_another_sum_than_the_orders_pays_nothing_and_alarms_the_staff_once
        payments/test_events.py::test_a_payment_of_another_order_pays_nothing_and_alarms_the_staff
    """,
    23: """
        payments/test_events.py::test_a_payment_of_an_unknown_order_changes_nothing
        payments/test_events.py::test_an_event_that_is_not_for_us_is_accepted_and_changes_nothing
    """,
    24: """
        payments/test_races.py::test_webhook_page_and_reconciliation_at_once_pay_an_order_once
        payments/test_races.py::test_the_webhooks_job_and_a_fresh_look_at_once_pay_an_order_once
    """,
    25: "payments/test_endings.py::test_without_any_webhook_the_reconciliation_pays_the_order",
    26: "payments/test_checkout.py::test_an_answer_of_stripe_that_is_lost_opens_no_second_page",
    27: """
        payments/test_races.py::test_an_expiry_and_a_payment_at_once_end_in_one_of_two_ways
        payments/test_races.py::test_paying_the_page_while_the_order_expires_over_http
    """,
    28: "payments/test_races.py::test_expiry_workers_at_once_expire_an_order_once",
    29: """
        payments/test_late_payments.py::test_a_late_payment_revives_an_expired_order
        payments/test_late_payments.py::test_a_late_payment_for_a_withdrawn_movie_goes_back
    """,
    30: "payments/test_late_payments.py::test_a_payment_for_a_canceled_order_goes_back_once",
    31: """
        payments/test_endings.py::test_canceling_closes_the_page_first
        payments/test_endings.py::test_canceling_an_order_that_was_just_paid_finds_it_paid
    """,
    32: "payments/test_checkout.py::test_clocks_that_are_five_minutes_apart_make_no_difference",
    33: "payments/test_refunds.py::test_a_whole_order_goes_back_once_however_often_it_is_asked_for",
    34: "payments/test_refunds.py::test_of_two_refunds_at_once_that_are_too_much_one_is_refused",
    35: """
        payments/test_refunds.py::test_a_refund_that_was_made_at_stripe_is_one_row
        payments/test_late_payments.py::test_a_refunds_webhook_before_our_answer_is_stored_makes_one_row
    """,
    36: "payments/test_refunds.py::test_a_refund_that_a_bank_returns_restores_access_and_books",
    37: """
        payments/test_disputes.py::test_an_open_dispute_blocks_refunds_and_a_won_one_lets_go
        payments/test_disputes.py::test_a_lost_dispute_takes_everything_and_the_owner_is_told
        payments/test_disputes.py::test_the_events_of_a_dispute_lead_to_the_same_end_in_every_order
    """,
    38: """
        torture/test_kills.py::test_an_order_is_placed_whole_or_not_at_all
        torture/test_kills.py::test_a_page_to_pay_is_opened_once
        torture/test_kills.py::test_a_payment_is_entered_once
        torture/test_kills.py::test_money_goes_back_once
    """,
    39: """
        torture/test_kills.py::test_a_receipt_is_repeated_once_at_most_and_under_its_name
        mails/test_sending.py::test_a_mail_whose_receipt_was_lost_is_repeated_under_the_same_name
    """,
    40: """
        payments/test_currencies.py::test_the_sums_of_ten_thousand_random_carts_are_exact_to_the_unit
        payments/test_currencies.py::test_a_cart_is_charged_and_paid_back_to_the_unit
        payments/test_currencies.py::test_a_total_that_stripe_would_refuse_is_refused_before_there_is_an_order
        test_no_float_money.py::test_no_float_is_near_money
    """,
}


@cache
def names_in(path: Path) -> set[str]:
    """Name the tests of a file."""
    defined = ast.walk(ast.parse(path.read_text()))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in defined if isinstance(node, functions)}


def test_there_are_forty() -> None:
    assert sorted(SCENARIOS) == list(range(1, 41))


@pytest.mark.parametrize("number", sorted(SCENARIOS))
def test_a_scenario_is_shown_by_tests_that_are_there(number: int) -> None:
    named = SCENARIOS[number].split()
    assert named
    for name in named:
        path, _, test = name.partition("::")
        assert test in names_in(TESTS / path)
