/** Whatever one user makes is used, altered and dropped by the other, however often they have changed places. */
import { expect, test } from 'vitest'
import { describeOnEachPostgres } from '../../../test/servers/each.ts'
import { freshPair, WHOLE } from './test-pair.ts'

const ROTATIONS = 6

/** Each kind of object, with `%` for the number of the rotation that made it: make, use, alter, drop. */
const KINDS: readonly (readonly [make: string, use: string, alter: string, drop: string])[] = [
  [
    'CREATE TABLE t% (id serial PRIMARY KEY, note text); INSERT INTO t% (note) VALUES (1)',
    "INSERT INTO t% (note) VALUES ('x'); UPDATE t% SET note = 'y'; DELETE FROM t% WHERE note = 'z'",
    'ALTER TABLE t% ADD COLUMN more int; CREATE INDEX ON t% (note); TRUNCATE t%',
    'DROP TABLE t%',
  ],
  ['CREATE SEQUENCE s%', "SELECT nextval('s%')", 'ALTER SEQUENCE s% INCREMENT 2', 'DROP SEQUENCE s%'],
  [
    'CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS $$SELECT 1$$; REVOKE ALL ON FUNCTION f%() FROM PUBLIC',
    'SELECT f%()',
    'CREATE OR REPLACE FUNCTION f%() RETURNS int LANGUAGE sql AS $$SELECT 2$$',
    'DROP FUNCTION f%()',
  ],
  [
    'CREATE SCHEMA n%',
    'CREATE TABLE IF NOT EXISTS n%.t ()',
    'ALTER SCHEMA n% RENAME TO m%; ALTER SCHEMA m% RENAME TO n%',
    'DROP SCHEMA n% CASCADE',
  ],
  ["CREATE TYPE e% AS ENUM ('a')", "SELECT 'a'::e%", "ALTER TYPE e% ADD VALUE 'b'", 'DROP TYPE e%'],
  [
    'CREATE VIEW v% AS SELECT 1 AS one',
    'SELECT * FROM v%',
    'ALTER VIEW v% RENAME COLUMN one TO uno',
    'DROP VIEW v%',
  ],
  [
    'CREATE MATERIALIZED VIEW w% AS SELECT 1 AS one',
    'REFRESH MATERIALIZED VIEW w%',
    'ALTER MATERIALIZED VIEW w% RENAME COLUMN one TO uno',
    'DROP MATERIALIZED VIEW w%',
  ],
]

describeOnEachPostgres('what the two users make', {}, (server) => {
  test(`is the other's to use, alter and drop, over ${ROTATIONS} rotations`, async () => {
    const pair = await freshPair(server(), 'maker')
    // The default privileges that the application set for itself go on, whoever makes the table.
    await server().sql(
      'GRANT CREATE ON DATABASE postgres TO maker; CREATE SCHEMA work AUTHORIZATION maker; CREATE ROLE reader; ALTER ROLE maker SET search_path = work',
    )
    const stage = pair.stage()
    await pair.as(stage, 'ALTER DEFAULT PRIVILEGES IN SCHEMA work GRANT SELECT ON TABLES TO reader')
    const all = (part: 0 | 1 | 2 | 3, round: number) =>
      KINDS.map((kind) => kind[part].replaceAll('%', String(round))).join(';')
    for (let round = 1; round <= ROTATIONS; round += 1) {
      await pair.as(stage, all(0, round))
      expect(await stage.rotate(), stage.problem).toEqual(WHOLE)
      for (let made = 1; made <= round; made += 1) await pair.as(stage, all(1, made))
      await pair.as(stage, all(2, round))
    }
    const owners = await server().sql(
      `SELECT DISTINCT relowner::regrole::text AS owner FROM pg_class WHERE relnamespace = 'work'::regnamespace
       UNION SELECT proowner::regrole::text FROM pg_proc WHERE pronamespace = 'work'::regnamespace
       UNION SELECT typowner::regrole::text FROM pg_type WHERE typnamespace = 'work'::regnamespace
       UNION SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname ~ '^n[0-9]'
       UNION SELECT defaclrole::regrole::text FROM pg_default_acl`,
    )
    expect(owners).toEqual([{ owner: 'maker' }])
    expect(
      await server().sql(
        `SELECT has_table_privilege('reader', 'work.t5', 'SELECT') AND has_table_privilege('reader', 'work.t6', 'SELECT') AS reads`,
      ),
    ).toEqual([{ reads: true }])
    for (let made = 1; made <= ROTATIONS; made += 1) await pair.as(stage, all(3, made))
  })
})
