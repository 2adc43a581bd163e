-- What is known of this schema: written once a migration, read at every opening.
CREATE TABLE migration (
  number integer PRIMARY KEY,
  file text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- Tells this store from every other, also from one that is made anew at the same place.
CREATE TABLE store (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  made_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO store DEFAULT VALUES;

-- (account, instrument) as one small integer. Names sort by code point, as everywhere in the product.
CREATE TABLE series (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account text COLLATE "C" NOT NULL,
  instrument text COLLATE "C" NOT NULL,
  UNIQUE (account, instrument)
);

CREATE TABLE part (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE state (
  series integer PRIMARY KEY REFERENCES series,
  epoch bigint NOT NULL,
  gen bigint NOT NULL,
  dirty_since bigint,
  summary text NOT NULL,
  body text NOT NULL
);
CREATE INDEX state_owing ON state (dirty_since) WHERE dirty_since IS NOT NULL;

-- One table, not partitions: a tradeId is unique without its time, and trades are kept.
CREATE TABLE trade (
  series integer NOT NULL REFERENCES series,
  trade_id text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  sequence bigint NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (series, trade_id)
);
CREATE INDEX trade_by_series ON trade (series, time, sequence);
CREATE INDEX trade_by_time ON trade (time, sequence);

CREATE TABLE analysis (
  kind text COLLATE "C" NOT NULL,
  series integer NOT NULL REFERENCES series,
  time bigint NOT NULL,
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (kind, series, time)
);

CREATE TABLE alert (
  type text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  parent text COLLATE "C" NOT NULL,
  time bigint NOT NULL,
  open_at bigint,
  value text NOT NULL,
  PRIMARY KEY (type, id)
);
CREATE INDEX alert_by_time ON alert (type, time, id);
CREATE INDEX alert_by_parent ON alert (type, parent, time, id);
CREATE INDEX alert_open ON alert (type, open_at, id) WHERE open_at IS NOT NULL;

-- The ladder, in microseconds: how long each resolution is kept (NULL: for ever), how wide its chunks of time are, and
-- the coarser bucket in which its time is up.
CREATE TABLE ladder (
  resolution text PRIMARY KEY,
  keep bigint,
  chunk bigint NOT NULL,
  coarser bigint NOT NULL
);
INSERT INTO ladder VALUES
  ('5s', 172800000000, 28800000000, 60000000),
  ('1m', 3024000000000, 432000000000, 3600000000),
  ('1h', 34560000000000, 4320000000000, 86400000000),
  ('1d', NULL, 315360000000000, 86400000000);
