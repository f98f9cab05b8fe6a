-- Why a result is as it is, for requests that ask for it.

ALTER TABLE recommendations ADD COLUMN explanation text COMPRESSION lz4;
COMMENT ON COLUMN recommendations.explanation IS 'The explanation as JSON, where one was asked for and the model answered; else null.';
