/**
 * Persons who were rung for calls, in Postgres: held against the same limits as calls, under the same locks.
 */
import { eq, sql } from 'drizzle-orm';
import type { EntryRefusal, EntryTerms } from '../core/call/call.store.js';
import { TransferStore, type TransferEntry } from '../core/call/transfer.store.js';
import type { Database } from './database.js';
import { entryRefusal } from './entry-terms.js';
import { calls, callTransfers } from './schema.js';

export class PostgresTransferStore extends TransferStore {
  constructor(private readonly database: Database) {
    super();
  }

  enter(
    { id, callId, placedBy }: TransferEntry,
    terms: EntryTerms & { readonly destination: string },
  ): Promise<EntryRefusal | undefined> {
    return this.database.enter(async (tx) => {
      const refusal = await entryRefusal((statement) => tx.execute(statement), { placedBy }, terms);
      if (refusal) return refusal;
      // What the second leg may cost is reserved with the call, until its price is known.
      await tx.execute(sql`
        with entered as (
          insert into ${callTransfers} (id, call_id, destination_hash, placed_by)
          values (${id}, ${callId}, ${terms.destination}, ${placedBy})
        )
        update ${calls} set reserved_usd_micros = reserved_usd_micros + ${terms.reserveUsdMicros}::bigint
        where ${eq(calls.id, callId)}`);
      return undefined;
    });
  }
}
