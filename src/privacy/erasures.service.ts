/**
 * Takes one person out of everything that is kept: the recordings of their calls, what ElevenLabs and Twilio keep about these, and the
 * records here. What a call cost and how it went stays, of nobody in particular.
 */
import { Inject, Injectable } from '@nestjs/common';
import { CallJournal } from '../calls/call-journal.js';
import { isFinal, type Call } from '../core/call/call.js';
import { Carrier } from '../core/call/carrier.js';
import { PersonalDataStore } from '../core/call/personal-data.store.js';
import { Conversations } from '../core/cost/conversations.js';
import { CordboardError } from '../core/errors.js';
import type { CallId } from '../core/ids.js';
import type { AppLogger } from '../ops/logger.js';
import { APP_LOGGER } from '../ops/tokens.js';
import { RecordingsService } from '../recordings/recordings.service.js';

export interface Erasure {
  /** How many calls say nothing of the person any more. */
  readonly erased: number;
  /** Calls that have not ended yet. */
  readonly live: readonly CallId[];
  /** Calls of which something could not be deleted; their records still have the number, so that they are found again. */
  readonly failed: readonly { readonly callId: CallId; readonly at: ErasedPlace; readonly detail: string }[];
  /** False when there are more calls than one request takes. */
  readonly complete: boolean;
}

export type ErasedPlace = 'recording' | 'elevenlabs' | 'twilio';

/** The vendors are asked for each, so this many take up to a minute. */
export const MOST_AT_ONCE = 200;
const PAGE = 50;

@Injectable()
export class ErasuresService {
  constructor(
    private readonly store: PersonalDataStore,
    private readonly recordings: RecordingsService,
    private readonly conversations: Conversations,
    private readonly carrier: Carrier,
    private readonly journal: CallJournal,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** @throws CordboardError `store-away`: what was done so far stays done. */
  async erase(number: string): Promise<Erasure> {
    const live: CallId[] = [];
    const failed: Erasure['failed'][number][] = [];
    let erased = 0;
    let seen = 0;
    let page = await this.store.ofPerson(number, PAGE);
    while (page.length > 0 && seen < MOST_AT_ONCE) {
      for (const call of page) {
        if (!isFinal(call.status)) live.push(call.id);
        else {
          const faults = await this.eraseAround(call);
          failed.push(...faults);
          if (faults.length === 0) erased += await this.eraseRecord(call);
        }
      }
      seen += page.length;
      page = await this.store.ofPerson(number, PAGE, page.at(-1));
    }
    const complete = page.length === 0;
    this.logger.info(
      { erased, live: live.length, failed: failed.length, complete },
      'a person was taken out of the records',
    );
    return { erased, live, failed, complete };
  }

  private async eraseRecord({ id }: Call): Promise<number> {
    const event = { type: 'record.erased', transcript: true, person: true } as const;
    return (await this.journal.write(id, event)).isNew ? 1 : 0;
  }

  /** Everything but the record, which is needed to find it again. */
  private async eraseAround(call: Call): Promise<Erasure['failed'][number][]> {
    const { conversationId, earlierConversationIds, twilioCallSid } = call;
    const places: readonly (readonly [ErasedPlace, () => Promise<void>])[] = [
      ['recording', () => this.recordings.erase(call)],
      ['elevenlabs', () => ifThere(conversationId, (id) => this.conversations.remove(id))],
      ...earlierConversationIds.map((id) => ['elevenlabs', () => this.conversations.remove(id)] as const),
      ['twilio', () => ifThere(twilioCallSid, (sid) => this.carrier.forget(sid))],
    ];
    const faults: Erasure['failed'][number][] = [];
    for (const [at, act] of places) {
      try {
        await act();
      } catch (error) {
        const known = error instanceof CordboardError ? error : undefined;
        if (known?.code === 'store-away') throw error;
        // Such as a file that may not be deleted: the calls behind this one are erased all the same.
        if (!known)
          this.logger.error({ callId: call.id, at, err: error }, 'a part of a call could not be erased');
        faults.push({
          callId: call.id,
          at,
          detail: known?.detail ?? 'It could not be deleted; the log says why.',
        });
      }
    }
    return faults;
  }
}

function ifThere(id: string | null, act: (id: string) => Promise<void>): Promise<void> {
  return id === null ? Promise.resolve() : act(id);
}
