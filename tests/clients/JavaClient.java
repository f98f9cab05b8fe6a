import java.time.OffsetDateTime;
import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.InteractionsApi;
import org.openapitools.client.api.RecommendationsApi;
import org.openapitools.client.api.UsersApi;
import org.openapitools.client.model.HistoryEntry;
import org.openapitools.client.model.Interaction;
import org.openapitools.client.model.Interactions;
import org.openapitools.client.model.OpenEvent;
import org.openapitools.client.model.Problem;
import org.openapitools.client.model.Recommendation;
import org.openapitools.client.model.RecommendationRequest;
import org.openapitools.client.model.RecommendationStatus;
import org.openapitools.client.model.StreamEvent;

/** A shop's day with the generated Java client: java JavaClient URL KEY. Ends with 0 if all of it goes as it should. */
public class JavaClient {
  public static void main(String[] arguments) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + arguments[1]));
    RecommendationsApi recommendations = new RecommendationsApi(client);
    InteractionsApi interactions = new InteractionsApi(client);

    interactions.addInteractions(new Interactions().interactions(List.of(
        new Interaction().user("java").item("item-3").time(OffsetDateTime.now()), new Interaction().user("java").item("item-5"))), null);
    Recommendation result =
        recommendations.recommend(new RecommendationRequest().user("java").k(3).seen(RecommendationRequest.SeenEnum.EXCLUDE), "wait=20", null, null);
    expect(result.getStatus() == RecommendationStatus.DONE && result.getItems().size() == 3, result);
    String chosen = result.getItems().get(0).getItem();
    interactions.addInteractions(
        new Interactions().interactions(List.of(new Interaction().user("java").item(chosen).recommendation(result.getId()))), null);
    List<HistoryEntry> history = new UsersApi(client).getUserHistory("java", 10).getHistory();
    expect(history.size() == 3 && history.get(0).getItem().equals(chosen), history);

    Recommendation accepted = recommendations.recommend(new RecommendationRequest().history(List.of("item-1")), null, null, null);
    expect(recommendations.getRecommendation(accepted.getId(), "wait=20").getStatus() == RecommendationStatus.DONE, accepted);

    try {
      recommendations.recommend(new RecommendationRequest().user("java").k(0), null, null, null);
      throw new AssertionError("k=0 was taken");
    } catch (ApiException error) {
      Problem problem = ApiClient.createDefaultObjectMapper().readValue(error.getResponseBody(), Problem.class);
      expect(error.getCode() == 422 && problem.getErrors().get(0).getPointer().equals("/k"), problem);
    }
    ApiClient keyless = new ApiClient();
    keyless.updateBaseUri(arguments[0]);
    try {
      new UsersApi(keyless).listUsers(null, null, null);
      throw new AssertionError("no key was asked for");
    } catch (ApiException error) {
      expect(error.getCode() == 401 && error.getResponseBody().contains("Bearer"), error);
    }
    StreamEvent event = ApiClient.createDefaultObjectMapper().readValue("{\"id\":\"1\",\"event\":\"open\",\"data\":{\"resumed\":true}}", StreamEvent.class);
    expect(event.getActualInstance() instanceof OpenEvent open && open.getData().getResumed(), event);
  }

  private static void expect(boolean holds, Object found) {
    if (!holds) throw new AssertionError(found);
  }
}
