-- Rollups as hypertables of TimescaleDB: chunks by time, compressed when they have settled, dropped when every
-- instrument has outlived them. `late` is the sequence of an additive row (`core+17` is part `core`, late 17), -1 for
-- the row itself.
CREATE TABLE rollup_5s (
  series integer NOT NULL,
  part integer NOT NULL,
  bucket bigint NOT NULL,
  late bigint NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (series, part, bucket, late)
);
CREATE TABLE rollup_1m (LIKE rollup_5s INCLUDING ALL);
CREATE TABLE rollup_1h (LIKE rollup_5s INCLUDING ALL);
CREATE TABLE rollup_1d (LIKE rollup_5s INCLUDING ALL);

SELECT create_hypertable('rollup_' || resolution, 'bucket', chunk_time_interval => chunk) FROM ladder;

-- TimescaleDB makes chunks itself; the same queries go to both layouts.
CREATE FUNCTION ensure_partition(of_resolution text, at bigint) RETURNS void
LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::void $$;

CREATE FUNCTION drop_empty_partitions(of_resolution text, before bigint) RETURNS void
LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::void $$;

-- An instrument's newest hour: what is too old is counted from it, not from the clock.
CREATE FUNCTION newest_hour(of_series integer) RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT max(bucket) FROM rollup_1h
  WHERE series = of_series AND part = (SELECT id FROM part WHERE name = 'core')
$$;

-- What policies take for the present: the newest hour of the instrument that is furthest behind, so that no chunk is
-- dropped of which any instrument still has a part to keep.
CREATE FUNCTION policy_time() RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT coalesce(min(newest_hour(id)), 0) FROM series JOIN state ON state.series = series.id
$$;
SELECT set_integer_now_func(('rollup_' || resolution)::regclass, 'policy_time'::regproc) FROM ladder;

ALTER TABLE rollup_5s SET (timescaledb.compress, timescaledb.compress_segmentby = 'series, part', timescaledb.compress_orderby = 'bucket, late');
ALTER TABLE rollup_1m SET (timescaledb.compress, timescaledb.compress_segmentby = 'series, part', timescaledb.compress_orderby = 'bucket, late');
ALTER TABLE rollup_1h SET (timescaledb.compress, timescaledb.compress_segmentby = 'series, part', timescaledb.compress_orderby = 'bucket, late');
SELECT add_compression_policy(('rollup_' || resolution)::regclass, compress_after => 2 * chunk)
FROM ladder WHERE keep IS NOT NULL;

-- One coarser bucket beyond what is kept, as reports need it.
CREATE FUNCTION set_retention(of_resolution text, keep_for bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  target regclass := ('rollup_' || of_resolution)::regclass;
BEGIN
  UPDATE ladder SET keep = keep_for WHERE resolution = of_resolution;
  PERFORM remove_retention_policy(target, if_exists => true);
  IF keep_for IS NOT NULL THEN
    PERFORM add_retention_policy(
      target,
      drop_after => keep_for + (SELECT coarser FROM ladder WHERE resolution = of_resolution)
    );
  END IF;
END
$$;
SELECT set_retention(resolution, keep) FROM ladder WHERE keep IS NOT NULL;

-- The clean-up job of the other layout: here the policies do it.
CREATE FUNCTION clean_up() RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT 0::bigint $$;

-- The start of the interval that holds a time; intervals count from 1970.
CREATE FUNCTION bin(width interval, at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT time_bucket(width, at, 'epoch'::timestamptz) $$;
