-- Rollups as declarative partitions by time, where there is no TimescaleDB. `late` is the sequence of an additive row
-- (`core+17` is part `core`, late 17), -1 for the row itself.
CREATE TABLE rollup_5s (
  series integer NOT NULL,
  part integer NOT NULL,
  bucket bigint NOT NULL,
  late bigint NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (series, part, bucket, late)
) PARTITION BY RANGE (bucket);
CREATE TABLE rollup_1m (LIKE rollup_5s INCLUDING ALL) PARTITION BY RANGE (bucket);
CREATE TABLE rollup_1h (LIKE rollup_5s INCLUDING ALL) PARTITION BY RANGE (bucket);
CREATE TABLE rollup_1d (LIKE rollup_5s INCLUDING ALL) PARTITION BY RANGE (bucket);

-- Makes the partition that holds a time, unless it is there. Attached rather than created in place: writers go on.
CREATE FUNCTION ensure_partition(of_resolution text, at bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  width bigint := (SELECT chunk FROM ladder WHERE resolution = of_resolution);
  start bigint := at - at % width;
  parent text := 'rollup_' || of_resolution;
  name text := parent || '_' || start;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext(current_schema()), hashtext(parent));
  IF to_regclass(format('%I.%I', current_schema(), name)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
  EXECUTE format(
    'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
    parent, name, start, start + width
  );
END
$$;

-- Drops partitions that end at or before a time and hold nothing. One that is in use at this moment stays until next time.
CREATE FUNCTION drop_empty_partitions(of_resolution text, before bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $$
DECLARE
  width bigint := (SELECT chunk FROM ladder WHERE resolution = of_resolution);
  parent text := 'rollup_' || of_resolution;
  name text;
  is_empty boolean;
BEGIN
  FOR name IN
    SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = to_regclass(format('%I.%I', current_schema(), parent))
      AND substring(child.relname FROM '\d+$')::bigint + width <= before
  LOOP
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', name) INTO is_empty;
    CONTINUE WHEN NOT is_empty;
    EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', name) INTO is_empty;
    IF is_empty THEN
      EXECUTE format('DROP TABLE %I', name);
    END IF;
  END LOOP;
EXCEPTION
  WHEN lock_not_available OR undefined_table THEN
    RETURN;
END
$$;

-- An instrument's newest hour: what is too old is counted from it, not from the clock.
CREATE FUNCTION newest_hour(of_series integer) RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
  SELECT max(bucket) FROM rollup_1h
  WHERE series = of_series AND part = (SELECT id FROM part WHERE name = 'core')
$$;

-- The clean-up job: deletes what no report reads any more, and drops the partitions that have become empty.
-- Returns how many rows it deleted. The product does as much while it runs; this is for a schedule (pg_cron).
CREATE FUNCTION clean_up() RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  rung record;
  kept record;
  oldest bigint;
  removed bigint;
  total bigint := 0;
BEGIN
  FOR rung IN SELECT * FROM ladder WHERE keep IS NOT NULL LOOP
    oldest := NULL;
    FOR kept IN
      SELECT id, newest - newest % rung.coarser AS since
      FROM (SELECT id, newest_hour(id) - rung.keep AS newest FROM series) AS ages
      WHERE newest > 0
    LOOP
      EXECUTE format('DELETE FROM %I WHERE series = $1 AND bucket < $2', 'rollup_' || rung.resolution)
      USING kept.id, kept.since;
      GET DIAGNOSTICS removed = ROW_COUNT;
      total := total + removed;
      oldest := greatest(oldest, kept.since);
    END LOOP;
    IF oldest IS NOT NULL THEN
      PERFORM drop_empty_partitions(rung.resolution, oldest);
    END IF;
  END LOOP;
  RETURN total;
END
$$;

CREATE FUNCTION set_retention(of_resolution text, keep_for bigint) RETURNS void
LANGUAGE sql SET search_path FROM CURRENT AS $$
  UPDATE ladder SET keep = keep_for WHERE resolution = of_resolution
$$;

-- The start of the interval that holds a time; intervals count from 1970.
CREATE FUNCTION bin(width interval, at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN date_bin(width, at, 'epoch'::timestamptz);
