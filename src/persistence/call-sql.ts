/**
 * The statements that write calls and their timelines: each one statement, so each one transaction and one round trip. The lock
 * on the call's row is held until the commit, which is what makes the numbers of its events gapless and in order.
 */
import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import { isFinal, type Call } from '../core/call/call.js';
import type { Batch, EntryTerms } from '../core/call/call.store.js';
import { DETAILS_WITH_WORDS } from '../core/call/timeline.js';
import { FIRST_QUESTION_SECONDS } from '../core/cost/reconciliation.js';
import { AS_IT_IS } from '../core/call/idempotency.store.js';
import type { CallId } from '../core/ids.js';
import { rowOf } from './call-row.js';
import { CHANNEL } from './notice-channel.js';
import { postgresJson } from './postgres-json.js';
import { calls } from './schema.js';

const COLUMNS = new Map(Object.entries(getTableColumns(calls)).map(([field, { name }]) => [field, name]));

function columnNames(fields: object): string[] {
  return Object.keys(fields).map((field) => COLUMNS.get(field) ?? field);
}

function recordJson(fields: object): string {
  return postgresJson(
    Object.fromEntries(Object.entries(fields).map(([field, value]) => [COLUMNS.get(field) ?? field, value])),
  );
}

function entriesJson({ entries }: Batch): string {
  return postgresJson(entries.map((entry) => ({ ...entry, at: new Date(entry.at) })));
}

const WORDS = sql.raw(DETAILS_WITH_WORDS.map((field) => `'${field}'`).join(', '));

function withoutWords(details: SQL): SQL {
  return sql`(${details}::jsonb - array[${WORDS}])::json`;
}

/**
 * `changed` has the call's row as it is now; the entries follow it, and so do the notice and whatever is to be posted. What comes after the
 * words were taken out comes without any.
 */
function following(changed: SQL, batch: Batch, owed: SQL = sql``): SQL {
  const count = batch.entries.length;
  return sql`
    with changed as (${changed} returning id, version, last_seq, webhook_url, transcript_erased),
    entered as (
      insert into call_events (call_id, seq, batch, place, type, at, details)
      select changed.id, changed.last_seq - ${count}::int + e.place::int, ${batch.name}, e.place, e.type, e.at,
        case when changed.transcript_erased then ${withoutWords(sql`e.details`)} else e.details end
      from changed, rows from (
        json_to_recordset(${entriesJson(batch)}::json) as (type text, at timestamptz, details json)
      ) with ordinality as e(type, at, details, place)
      order by e.place
      returning call_id, seq
    ),
    to_post as (
      insert into webhook_deliveries (call_id, seq, url)
      select entered.call_id, entered.seq, changed.webhook_url
      from entered join changed on changed.webhook_url is not null
    )${owed}
    select last_seq, pg_notify(
      ${CHANNEL}, id || ':' || version || ':' || last_seq || case when webhook_url is null then '' else ':posted' end
    ) from changed`;
}

export function insertSql(
  call: Call,
  batch: Batch,
  { reserveUsdMicros: reservedUsdMicros, destination }: EntryTerms,
  owner: string,
): SQL {
  const lastSeq = batch.entries.length;
  const fields = {
    ...rowOf(call),
    lastSeq,
    reservedUsdMicros,
    owner,
    ...(destination === undefined ? {} : { destinationHash: destination }),
  };
  const names = sql.raw(columnNames(fields).join(', '));
  return following(
    sql`insert into calls (${names}) select ${names} from json_populate_record(null::calls, ${recordJson(fields)}::json)`,
    batch,
  );
}

/**
 * Writers of one call wait here for each other, before the database gives them their number: so the numbers of its transactions
 * rise like those of its events. The lock on the row alone comes after the number, when two may have overtaken each other.
 */
function inTurn(id: CallId): SQL {
  return sql`(select pg_advisory_xact_lock(hashtextextended(${id}, 0))) as turn`;
}

export function replaceSql(call: Call, batch: Batch): SQL {
  const fields = rowOf(call);
  const names = columnNames(fields);
  return following(
    sql`update calls set (${sql.raw(names.join(', '))}) =
          (select ${sql.raw(names.map((name) => `given.${name}`).join(', '))}
           from json_populate_record(null::calls, ${recordJson(fields)}::json) as given),
          last_seq = last_seq + ${batch.entries.length}::int
        from ${inTurn(call.id)}
        where id = ${call.id} and version = ${call.version - 1}`,
    batch,
    isFinal(call.status) ? sql`${owedAfter(call)}${takenOut(call)}` : undefined,
  );
}

/**
 * What was said before goes with the write that says so. Answers that were kept for repeated requests have the record in them: whoever
 * repeats such a request is told of the record as it is then, and no second phone rings. Refusals have nothing of it.
 */
function takenOut({ erased }: Call): SQL {
  const wordsOut = sql`,
    without_words as (
      update call_events set details = ${withoutWords(sql`details`)}
      from changed where call_id = changed.id
    )`;
  const answersOut = sql`,
    without_answers as (
      update idempotency_keys set answer = ${JSON.stringify(AS_IT_IS)}::json
      from changed where call_id = changed.id and (answer is null or answer->>'status' = ${String(AS_IT_IS.status)})
    )`;
  return sql`${erased.transcript ? wordsOut : sql``}${erased.transcript || erased.person ? answersOut : sql``}`;
}

export function appendSql(id: CallId, batch: Batch): SQL {
  return following(
    sql`update calls set last_seq = last_seq + ${batch.entries.length}::int from ${inTurn(id)} where id = ${id}`,
    batch,
  );
}

/**
 * What the vendors are to be asked about an ended call, kept with the very write that ends it. An entry that was given up stays,
 * so that a later write does not bring it back to life; one whose cost is final goes.
 */
function owedAfter({ id, cost }: Call): SQL {
  const sides = (final: boolean): string[] =>
    (['telephony', 'agent'] as const).filter((side) => (cost[side]?.final ?? false) === final);
  return sql`,
    to_ask as (
      insert into reconciliations (call_id, of, next_attempt_at)
      select changed.id, side, now() + make_interval(secs => ${FIRST_QUESTION_SECONDS})
      from changed, unnest(string_to_array(${sides(false).join(',')}, ',')) as side
      on conflict do nothing
    ),
    known as (
      delete from reconciliations using changed
      where call_id = ${id} and call_id = changed.id and of = any(string_to_array(${sides(true).join(',')}, ','))
    )`;
}
