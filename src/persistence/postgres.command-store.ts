/**
 * What replicas ask of one another about the media of calls: a row with the words, a notice with its id, and a notice of its answer. A row
 * lives for seconds, and is taken by one replica only.
 */
import { sql } from 'drizzle-orm';
import {
  CommandStore,
  type AskedOutcome,
  type CallCommand,
  type CommandAnswer,
  type CommandServer,
} from '../core/call/command.store.js';
import type { Clock } from '../core/clock.js';
import { isCallId, newId, type CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import type { Database } from './database.js';
import { CHANNEL } from './notice-channel.js';
import { postgresJson } from './postgres-json.js';

const ASKED = 'command';
const ANSWERED = 'answer';
/** What nobody took away by then was left by a process that died. */
const KEPT_SECONDS = 60;

export class PostgresCommandStore extends CommandStore {
  private readonly waiting = new Map<string, () => void>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {
    super();
    database.onNotice((payload) => {
      const [kind, id = ''] = (payload ?? '').split(':');
      if (kind === ANSWERED) this.waiting.get(id)?.();
    });
  }

  serve(server: CommandServer): () => void {
    return this.database.onNotice((payload) => {
      const [kind, id, callId] = (payload ?? '').split(':');
      if (kind !== ASKED || id === undefined || callId === undefined) return;
      if (!isCallId(callId) || !server.carries(callId)) return;
      this.carryOut(id, callId, server).catch((error: unknown) => {
        this.logger.warn({ callId, err: error }, 'a command about a call could not be taken or answered');
      });
    });
  }

  async ask(callId: CallId, command: CallCommand, withinMs: number): Promise<AskedOutcome> {
    const id = newId('cmd');
    const answered = this.untilAnswered(id, withinMs);
    try {
      await this.database.run((db) =>
        db.execute(sql`
          with old as (
            delete from call_commands where created_at < now() - make_interval(secs => ${KEPT_SECONDS})
          ), asked as (
            insert into call_commands (id, call_id, command)
            values (${id}, ${callId}, ${postgresJson(command)}::json) returning id
          )
          select pg_notify(${CHANNEL}, ${`${ASKED}:${id}:${callId}`}) from asked`),
      );
      await answered;
      return await this.outcomeOf(id);
    } finally {
      this.waiting.get(id)?.();
    }
  }

  /** A row that is away cannot be taken any more, so what was not taken by now never is. */
  private outcomeOf(id: string): Promise<AskedOutcome> {
    return this.database.run(async (db) => {
      const { rows } = await db.execute<{ taken: boolean; answer: CommandAnswer | null }>(
        sql`delete from call_commands where id = ${id} returning taken_at is not null as taken, answer`,
      );
      const [row] = rows;
      if (row?.answer) return { kind: 'answered', answer: row.answer };
      return row?.taken === false ? { kind: 'not-taken' } : { kind: 'unknown' };
    });
  }

  private untilAnswered(id: string, withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        cancel();
        this.waiting.delete(id);
        resolve();
      };
      const cancel = this.clock.after(withinMs, over);
      this.waiting.set(id, over);
    });
  }

  private async carryOut(id: string, callId: CallId, server: CommandServer): Promise<void> {
    const taken = await this.database.run((db) =>
      db.execute<{ command: CallCommand }>(
        sql`update call_commands set taken_at = now() where id = ${id} and taken_at is null returning command`,
      ),
    );
    const command = taken.rows[0]?.command;
    if (!command) return;
    const answer = server.run(callId, command);
    await this.database.run((db) =>
      db.execute(sql`
        with answered as (
          update call_commands set answer = ${postgresJson(answer)}::json where id = ${id} returning id
        )
        select pg_notify(${CHANNEL}, ${`${ANSWERED}:${id}`}) from answered`),
    );
  }
}
