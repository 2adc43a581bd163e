-- For people and their tools: names and times as they are read. The product itself asks the tables.
CREATE FUNCTION instant(us bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'epoch'::timestamptz + us * interval '1 microsecond' $$;

CREATE VIEW trades AS
SELECT account, instrument, instant(time) AS at, sequence, trade_id, value::json AS trade
FROM trade JOIN series ON series.id = trade.series;

CREATE VIEW rollups AS
SELECT account, instrument, resolution, instant(bucket) AS bucket, part.name AS part, late, value::json AS figures
FROM (
  SELECT '5s' AS resolution, * FROM rollup_5s
  UNION ALL SELECT '1m', * FROM rollup_1m
  UNION ALL SELECT '1h', * FROM rollup_1h
  UNION ALL SELECT '1d', * FROM rollup_1d
) AS rung
JOIN series ON series.id = rung.series
JOIN part ON part.id = rung.part;

CREATE VIEW trades_by_hour AS
SELECT account, instrument, bin('1 hour', instant(time)) AS hour, count(*) AS trades
FROM trade JOIN series ON series.id = trade.series
GROUP BY account, instrument, hour;
