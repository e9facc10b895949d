-- +goose Up

-- Only the database of a test world has a row here: by how many microseconds its clock is ahead of the machine's. It is never put back,
-- since what was booked by a later time would not have been yet. Ten years are as far as ids and dates have been thought about.
CREATE TABLE test_clock (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    ahead BIGINT NOT NULL CHECK (ahead BETWEEN 0 AND 315360000000000)
);

-- +goose StatementBegin
CREATE FUNCTION test_clock_goes_on() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ BEGIN
        RAISE EXCEPTION 'the clock of a test world is never put back' USING ERRCODE = 'check_violation', CONSTRAINT = 'test_clock_goes_on';
    END; $$;
-- +goose StatementEnd
CREATE TRIGGER test_clock_goes_on BEFORE UPDATE ON test_clock FOR EACH ROW WHEN (NEW.ahead < OLD.ahead) EXECUTE FUNCTION test_clock_goes_on();
