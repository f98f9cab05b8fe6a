package sasrec

import (
	"context"
	"encoding/json"
	"testing"
)

// Compiled and run without a service: bodies are written as the service takes them, and events are told apart.

func TestARequestIsWrittenWithoutWhatWasNotSet(t *testing.T) {
	request := NewRecommendationRequest()
	request.SetUser("u1")
	request.SetK(5)
	text, err := json.Marshal(request)
	if err != nil || string(text) != `{"explain":false,"k":5,"seen":"exclude","user":"u1"}` {
		t.Fatal(string(text), err)
	}
	client := NewAPIClient(NewConfiguration())
	client.RecommendationsAPI.Recommend(context.Background()).RecommendationRequest(*request).Prefer("wait=5")
}

func TestAnAcceptedRequestIsARecommendation(t *testing.T) {
	var accepted Recommendation
	err := json.Unmarshal([]byte(`{"id":"0193648b-0000-7000-8000-000000000000","status":"pending"}`), &accepted)
	if err != nil || accepted.Status != PENDING {
		t.Fatal(accepted, err)
	}
}

func TestEventsAreToldApart(t *testing.T) {
	for text, check := range map[string]func(StreamEvent) bool{
		`{"id":"1","event":"open","data":{"resumed":true}}`:                                       func(e StreamEvent) bool { return e.OpenEvent != nil },
		`{"id":"1","event":"skipped","data":{"count":3}}`:                                         func(e StreamEvent) bool { return e.SkippedEvent.Data.Count == 3 },
		`{"id":"1","event":"model","data":{"version":"v","at":"2026-11-22T15:30:00Z"}}`:           func(e StreamEvent) bool { return e.ModelEvent.Data.Version == "v" },
		`{"id":"1","event":"result","data":{"received":"2026-11-22T15:30:00Z","result":{"id":"x","status":"done"}}}`: func(e StreamEvent) bool { return e.ResultEvent.Data.Result.Status == DONE },
	} {
		var event StreamEvent
		if err := json.Unmarshal([]byte(text), &event); err != nil || !check(event) {
			t.Error(text, err)
		}
	}
}
