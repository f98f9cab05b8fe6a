"""A shop's day with the generated Python client: python_client.py URL KEY. Ends with 0 if all of it goes as it should."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import sasrec_client as sasrec
from sasrec_client.exceptions import ApiException, NotFoundException, UnauthorizedException, UnprocessableEntityException


def problem_of(error: ApiException) -> sasrec.Problem:
    assert isinstance(error.data, sasrec.Problem), error
    return error.data


def events(answer: Any) -> Iterator[sasrec.StreamEvent]:
    """The events of GET /v1/stream, typed by their names."""
    fields: dict[str, str] = {}
    while line := answer.readline():
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name in ("id", "event", "data"):
            fields[name] = value
        elif name == "" and "data" in fields:
            event = sasrec.StreamEvent.from_dict({**fields, "data": json.loads(fields["data"])})
            assert event is not None
            yield event
            fields = {}


def use(client: sasrec.ApiClient) -> None:
    interactions, items = sasrec.InteractionsApi(client), sasrec.ItemsApi(client)
    recommendations, users = sasrec.RecommendationsApi(client), sasrec.UsersApi(client)

    stream = events(sasrec.EventsApi(client).stream_events_without_preload_content())
    opened = next(stream).actual_instance
    assert isinstance(opened, sasrec.OpenEvent) and not opened.data.resumed

    written = items.put_items(sasrec.PutItems(items=[
        sasrec.PutItem(id=f"item-{i}", title=f"Title {i}", categories=["A"], attributes={"price": i}) for i in range(1, 13)]))
    assert written.accepted == 12
    now = datetime.now(timezone.utc)
    added = interactions.add_interactions(sasrec.Interactions(interactions=[
        sasrec.Interaction(user="python", item="item-3", time=now, kind="view"),
        sasrec.Interaction(user="python", item="item-5")]))
    assert (added.accepted, added.duplicates) == (2, 0)

    request = sasrec.RecommendationRequest(user="python", k=3, filter=sasrec.ItemFilter(categories=["A"]), explain=True)
    result = recommendations.recommend(request, prefer="wait=20", idempotency_key="python-1")
    assert result.status == sasrec.RecommendationStatus.DONE and result.source == sasrec.RecommendationSource.MODEL, result
    assert result.items is not None and len(result.items) == 3 and result.items[0].title is not None
    assert result.created is not None and result.created.tzinfo is not None
    assert result.explanation is not None and len(result.explanation.effects) == 3
    again = recommendations.get_recommendation(result.id)
    assert again.items == result.items

    # Accepted, and asked for later.
    accepted = recommendations.recommend(sasrec.RecommendationRequest(history=["item-1"]))
    assert recommendations.get_recommendation(accepted.id, prefer="wait=20").status == sasrec.RecommendationStatus.DONE

    for event in stream:
        told = event.actual_instance
        if isinstance(told, sasrec.ResultEvent) and told.data.result.id == result.id:
            assert told.data.result.items == result.items
            break

    chosen = result.items[0].item
    interactions.add_interactions(sasrec.Interactions(interactions=[
        sasrec.Interaction(id="python-event", user="python", item=chosen, kind="buy", recommendation=result.id)]))
    history = users.get_user_history("python").history
    assert [(one.item, one.kind) for one in history][0] == (chosen, "buy"), history
    assert len(history) == 3 and history[0].title == result.items[0].title

    outcome = recommendations.recommend_batch(sasrec.RecommendationBatch(requests=[
        sasrec.RecommendationRequest(user="python"), sasrec.RecommendationRequest(user="é" * 200)]))
    assert outcome.results[0].id is not None and outcome.results[0].error is None
    assert outcome.results[1].error is not None and outcome.results[1].error.status == 422

    # What the schema forbids is refused before anything is sent.
    try:
        sasrec.RecommendationRequest(user="python", k=0)
        raise AssertionError("k=0 was taken")
    except ValueError as error:
        assert "k" in str(error)
    # The service refuses what only it knows: ids are limited in bytes, and a key means one request.
    try:
        interactions.add_interactions(sasrec.Interactions(interactions=[sasrec.Interaction(user="é" * 200, item="item-1")]))
        raise AssertionError("an id of 400 bytes was taken")
    except UnprocessableEntityException as error:
        problem = problem_of(error)
        assert problem.errors is not None and problem.errors[0].pointer == "/interactions/0/user", problem
    try:
        recommendations.recommend(sasrec.RecommendationRequest(user="python", k=4), idempotency_key="python-1")
        raise AssertionError("one key was taken for two requests")
    except UnprocessableEntityException as error:
        assert "Idempotency-Key" in problem_of(error).detail, error.data
    try:
        items.get_item("none")
        raise AssertionError("there is such an item")
    except NotFoundException as error:
        assert problem_of(error).status == 404
    assert sasrec.OperationApi(client).get_readiness().status == "ready"


def main() -> None:
    url, key = sys.argv[1:]
    with sasrec.ApiClient(sasrec.Configuration(host=url, access_token=key)) as client:
        use(client)
    with sasrec.ApiClient(sasrec.Configuration(host=url)) as client:
        try:
            sasrec.UsersApi(client).list_users()
            raise AssertionError("no key was asked for")
        except UnauthorizedException as error:
            assert problem_of(error).status == 401


main()
