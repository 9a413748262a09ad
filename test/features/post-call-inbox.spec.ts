/** What becomes of post-call webhooks: entered once, for the right call, and nothing that is not ours is refused. */
import { pino } from 'pino';
import { PostCallInbox } from '../../src/billing/post-call-inbox.js';
import { priceOf } from '../../src/billing/twilio-prices.js';
import type { Database } from '../../src/persistence/database.js';
import { Lines } from '../support/builders.js';
import { newDatabaseUrl, openDatabase } from '../support/test-database.js';
import { BillingRig, callSid } from './billing-rig.js';

const WORDS = 'The caller asked for chairs.';

function told(data: unknown, type = 'post_call_transcription'): string {
  return JSON.stringify({ type, event_timestamp: 1_795_000_000, data });
}

function conversation(id: string, members: Readonly<Record<string, unknown>> = {}): object {
  return {
    conversation_id: id,
    status: 'done',
    metadata: { cost: 700, cost_fiat: 0.0837374, call_duration_secs: 61 },
    analysis: {
      call_successful: 'success',
      transcript_summary: WORDS,
      evaluation_criteria_results: { polite: { criteria_id: 'polite', result: 'success' } },
      data_collection_results: { item: { value: 'chair' } },
    },
    ...members,
  };
}

describe('a post-call webhook', () => {
  let database: Database;
  let rig: BillingRig;
  let lines: Lines;
  let inbox: PostCallInbox;
  const counted = async (): Promise<readonly string[]> => {
    const metric = await rig.metrics.registry.getSingleMetric('cordboard_elevenlabs_webhooks_total')?.get();
    return (metric?.values ?? []).map(
      ({ labels, value }) => `${labels['type']} ${labels['outcome']} ${value}`,
    );
  };

  beforeEach(async () => {
    database = openDatabase(await newDatabaseUrl());
    rig = new BillingRig(database);
    lines = new Lines();
    inbox = new PostCallInbox(
      rig.store,
      rig.ledger,
      rig.conversations,
      rig.billingMetrics,
      pino({ level: 'info' }, lines),
    );
  });
  afterEach(() => database.close());

  it('brings cost and analysis onto the record, once however often it comes', async () => {
    const { id } = await rig.ended(1);
    await inbox.take(told(conversation('conv_1')));
    const call = await rig.read(id);
    expect(call.cost.agent).toEqual({ usdMicros: 83_737, final: true });
    expect(call.analysis).toEqual({
      successful: 'success',
      summary: WORDS,
      evaluation: { polite: { criteria_id: 'polite', result: 'success' } },
      collected: { item: { value: 'chair' } },
    });
    const events = await rig.store.events(id, 0, 50);
    expect(events.map(({ type }) => type).slice(3)).toEqual(['analysis.came', 'cost.changed']);
    await inbox.take(told(conversation('conv_1')));
    expect(await rig.read(id)).toEqual(call);
    expect(await rig.store.events(id, 0, 50)).toHaveLength(events.length);
    expect(await rig.waiting()).toEqual(['telephony 0 15']);
    expect(await counted()).toEqual(['transcription entered 2']);
    expect(lines.toString()).not.toContain(WORDS);
  });

  it('leaves the question open when it does not tell the cost', async () => {
    const { id } = await rig.ended(1);
    await inbox.take(told(conversation('conv_1', { metadata: { cost: 700 } })));
    expect(await rig.read(id)).toMatchObject({
      cost: { agent: { final: false } },
      analysis: { successful: 'success' },
    });
    expect(await rig.waiting()).toEqual(['telephony 0 15', 'agent 0 15']);
  });

  it('leaves the cost of several conversations to be asked for, and takes the analysis of the last', async () => {
    const { id } = await rig.ended(1, { earlierConversationIds: ['conv_0'] });
    const variables = { conversation_initiation_client_data: { dynamic_variables: { call_id: id } } };
    await inbox.take(told(conversation('conv_0', variables)));
    expect(await rig.read(id)).toMatchObject({ cost: { agent: { final: false } }, analysis: null });
    await inbox.take(told(conversation('conv_1', variables)));
    expect(await rig.read(id)).toMatchObject({
      cost: { agent: { final: false } },
      analysis: { successful: 'success' },
    });
    expect(await counted()).toEqual(['transcription entered 2']);
  });

  it('finds a call whose conversation was never told here by our own variable', async () => {
    const ended = { type: 'carrier.ended', status: 'completed' } as const;
    const { id } = await rig.given({ status: 'in-progress', twilioCallSid: callSid(1) }, ended);
    const variables = { conversation_initiation_client_data: { dynamic_variables: { call_id: id } } };
    await inbox.take(told(conversation('conv_9', variables)));
    expect((await rig.read(id)).cost.agent).toEqual({ usdMicros: 83_737, final: true });
  });

  it('keeps the id of a conversation that was never told here, and has it deleted where the person was erased', async () => {
    const named = (id: string, callId: string): string =>
      told(
        conversation(id, {
          conversation_initiation_client_data: { dynamic_variables: { call_id: callId } },
        }),
      );
    const kept = await rig.ended(1, { conversationId: null });
    await inbox.take(named('conv_late', kept.id));
    expect((await rig.read(kept.id)).conversationId).toBe('conv_late');
    expect(rig.conversations.removed).toEqual([]);
    const erased = await rig.ended(2, { conversationId: null });
    await rig.journal.apply(erased.id, { type: 'record.erased', transcript: true, person: true });
    await inbox.take(named('conv_gone', erased.id));
    expect(rig.conversations.removed).toEqual(['conv_gone']);
    expect((await rig.read(erased.id)).analysis).toBeNull();
  });

  it('does not take the variable for proof where the call had another conversation', async () => {
    const { id } = await rig.ended(1);
    const variables = { conversation_initiation_client_data: { dynamic_variables: { call_id: id } } };
    await inbox.take(told(conversation('conv_9', variables)));
    expect((await rig.read(id)).cost.agent?.final).toBe(false);
    expect(await counted()).toEqual(['transcription unknown 1']);
  });

  it.each([
    [
      'a conversation of somebody else',
      'transcription unknown 1',
      told(conversation('conv_of_another_service')),
    ],
    [
      'a variable that is no id of ours',
      'transcription unknown 1',
      told(
        conversation('c', {
          conversation_initiation_client_data: { dynamic_variables: { call_id: "'; --" } },
        }),
      ),
    ],
    ['a transcription without a conversation', 'transcription malformed 1', told({ status: 'done' })],
    ['sound', 'audio ignored 1', told({ conversation_id: 'conv_1', full_audio: 'QUJD' }, 'post_call_audio')],
    [
      'a failed initiation',
      'initiation-failure ignored 1',
      told({ conversation_id: 'conv_1', failure_reason: 'busy' }, 'call_initiation_failure'),
    ],
    ['a type of a later version', 'other ignored 1', told({}, 'post_call_smell')],
    ['no type at all', 'other ignored 1', '{}'],
  ])('is taken and counted when it is %s', async (_what, outcome, text) => {
    await rig.ended(1);
    await inbox.take(text);
    expect(await counted()).toEqual([outcome]);
    expect(await rig.waiting()).toEqual(['telephony 0 15', 'agent 0 15']);
  });

  it.each(['', '[]', 'null', '{"type":'])('is a fault of the request when it is %j', async (text) => {
    await expect(inbox.take(text)).rejects.toMatchObject({ code: 'malformed-body' });
  });
});

describe('a price of Twilio', () => {
  it.each([
    ['-0.0140', 'USD', { kind: 'known', usdMicros: 14_000 }],
    ['-0.0140', 'usd', { kind: 'known', usdMicros: 14_000 }],
    ['0', 'USD', { kind: 'known', usdMicros: 0 }],
    [null, 'USD', { kind: 'pending' }],
    ['', 'USD', { kind: 'pending' }],
    [null, 'EUR', { kind: 'pending' }],
    ['-0.0120', 'EUR', { kind: 'foreign', unit: 'EUR' }],
    ['-0.0140', undefined, { kind: 'known', usdMicros: 14_000 }],
  ])('%j in %j is %j', (price, unit, read) => {
    expect(priceOf(price, unit)).toEqual(read);
  });
});
