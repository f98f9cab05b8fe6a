-- What came lately, for readers that go on from where they were: rows lie in the order they came in, so a few pages of index
-- are enough, and a row that is added costs nothing.

CREATE INDEX interactions_received ON interactions USING brin (received) WITH (autosummarize = on);
CREATE INDEX recommendations_created ON recommendations USING brin (created) WITH (autosummarize = on);
