/** What Twilio is answered about a line, without HTTP: for calls of ours, for strangers, and when a stream is over. */
import { StreamTokens } from '../../src/calls/stream-tokens.js';
import type { Call } from '../../src/core/call/call.js';
import type { CallEvent } from '../../src/core/call/call-machine.js';
import { readXml } from '../../src/simulators/twilio/xml-reader.js';
import { LineDocuments } from '../../src/twiml/line-documents.js';
import { TwimlService } from '../../src/twiml/twiml.service.js';
import { CALL_SID, environmentWith, silentLogger, STREAM_SID, type CallFields } from '../support/builders.js';
import { MemoryStreamTokenStore } from '../support/memory.stores.js';
import { CallsRig } from './calls-rig.js';

const INBOUND = { CallSid: CALL_SID, From: '+14155550123', To: '+14155550100', Direction: 'inbound' };
const streamed: CallEvent = { type: 'stream.started', streamSid: STREAM_SID, variables: {} };

class TwimlRig extends CallsRig {
  readonly tokens = new StreamTokens(new MemoryStreamTokenStore(this.clock), this.clock);
  readonly twiml = new TwimlService(
    this.calls,
    this.journal,
    new LineDocuments(environmentWith(), this.tokens),
    this.clock,
    silentLogger(),
  );

  dialled(fields: CallFields = {}, ...events: readonly CallEvent[]): Promise<Call> {
    return this.given(fields, { type: 'carrier.accepted', twilioCallSid: CALL_SID }, ...events);
  }
}

function verbs(document: string): string[] {
  return readXml(document).children.map((child) => (typeof child === 'string' ? child : child.name));
}
function tokenIn(document: string): string {
  return /\/stream\/([\w-]+)"/.exec(document)?.[1] ?? 'none';
}

describe('the answer to a voice request', () => {
  it('connects a call of ours to its own stream, and takes the request for the answer of the phone', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({ variables: { name: 'John' } });
    const document = await rig.twiml.answer({ CallSid: CALL_SID }, { call: call.id });
    expect(verbs(document)).toEqual(['Connect', 'Hangup']);
    expect(document).toContain('name="name" value="John"');
    expect(await rig.tokens.redeem(tokenIn(document))).toBe(call.id);
    expect(await rig.read(call)).toMatchObject({ status: 'in-progress' });
  });

  it('makes an incoming call out of a stranger, once, with the variables of the address', async () => {
    const rig = new TwimlRig();
    const first = await rig.twiml.answer(INBOUND, { name: 'John', agentId: 'agent_9' });
    const second = await rig.twiml.answer(INBOUND, { name: 'John', agentId: 'agent_9' });
    const page = await rig.store.list({}, 5);
    expect(page?.calls).toMatchObject([
      {
        direction: 'inbound',
        agentId: 'agent_9',
        variables: { name: 'John' },
        status: 'ringing',
        from: '+14155550123',
      },
    ]);
    expect(await rig.tokens.redeem(tokenIn(first))).toBe(page?.calls[0]?.id);
    expect(await rig.tokens.redeem(tokenIn(second))).toBeUndefined();
  });

  it('takes a call that somebody else placed for an outbound one', async () => {
    const rig = new TwimlRig();
    await rig.twiml.answer({ ...INBOUND, Direction: 'outbound-api' }, { name: 'John' });
    expect((await rig.store.list({}, 5))?.calls).toMatchObject([{ direction: 'outbound' }]);
  });

  it.each([
    ['unknown', { call: 'call_none' }, ['Say', 'Hangup']],
    ['no id at all', { call: '../../etc' }, ['Say', 'Hangup']],
  ])('apologises for a call that is %s', async (_name, query, expected) => {
    expect(verbs(await new TwimlRig().twiml.answer({ CallSid: CALL_SID }, query))).toEqual(expected);
  });

  it('gives no stream to a request that names another call’s id', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled();
    const document = await rig.twiml.answer({ CallSid: `CA${'9'.repeat(32)}` }, { call: call.id });
    expect(verbs(document)).toEqual(['Say', 'Hangup']);
    expect(await rig.read(call)).toMatchObject({ status: 'queued' });
  });

  it('hangs up a call that is over, and one that was hung up while it rang', async () => {
    const rig = new TwimlRig();
    const over = await rig.dialled({}, { type: 'carrier.ended', status: 'no-answer' });
    expect(verbs(await rig.twiml.answer({ CallSid: CALL_SID }, { call: over.id }))).toEqual(['Hangup']);
    const late = new TwimlRig();
    const decided = await late.dialled({}, { type: 'end.decided', reason: 'hung-up-by-api' });
    expect(verbs(await late.twiml.answer({ CallSid: CALL_SID }, { call: decided.id }))).toEqual(['Hangup']);
  });

  it('apologises where the agent had failed before the phone was answered', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, { type: 'end.decided', reason: 'agent-failed' });
    expect(verbs(await rig.twiml.answer({ CallSid: CALL_SID }, { call: call.id }))).toEqual([
      'Say',
      'Hangup',
    ]);
  });

  it('rejects an incoming call as busy while draining, so that nobody pays for it', async () => {
    const rig = new TwimlRig();
    rig.readiness.beginDraining();
    expect(verbs(await rig.twiml.answer(INBOUND, {}))).toEqual(['Reject']);
    expect(verbs(await rig.twiml.answer({ ...INBOUND, Direction: 'outbound-api' }, {}))).toEqual([
      'Say',
      'Hangup',
    ]);
  });
});

describe('what becomes of a line whose stream is over', () => {
  it('is hung up after a conversation, and hears an apology after a failure', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, streamed, { type: 'end.decided', reason: 'agent-ended' });
    expect(
      verbs(await rig.twiml.next({ CallSid: CALL_SID, CallStatus: 'in-progress' }, { call: call.id })),
    ).toEqual(['Hangup']);
    const failing = new TwimlRig();
    const failed = await failing.dialled({}, streamed, { type: 'end.decided', reason: 'agent-failed' });
    expect(
      verbs(await failing.twiml.next({ CallSid: CALL_SID, CallStatus: 'in-progress' }, { call: failed.id })),
    ).toEqual(['Say', 'Hangup']);
  });

  it('is a failure of the stream when nobody had decided', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, streamed);
    const document = await rig.twiml.next(
      { CallSid: CALL_SID, CallStatus: 'in-progress' },
      { call: call.id },
    );
    expect(verbs(document)).toEqual(['Say', 'Hangup']);
    expect(await rig.read(call)).toMatchObject({
      endReason: 'stream-failed',
      failure: { code: 'stream-lost' },
    });
  });

  it('leaves the record for the callback that knows the duration', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, streamed);
    await rig.twiml.next({ CallSid: CALL_SID, CallStatus: 'completed' }, { call: call.id });
    expect(await rig.read(call)).toMatchObject({ status: 'in-progress', endReason: 'caller-hung-up' });
    await rig.twiml.status(
      { CallSid: CALL_SID, CallStatus: 'completed', CallDuration: '42' },
      { call: call.id },
    );
    expect(await rig.read(call)).toMatchObject({ status: 'completed', durationSeconds: 42 });
  });

  it('ends the record when the request says that the line is over', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, streamed);
    await rig.twiml.next(
      { CallSid: CALL_SID, CallStatus: 'completed', CallDuration: '9' },
      { call: call.id },
    );
    expect(await rig.read(call)).toMatchObject({
      status: 'completed',
      endReason: 'caller-hung-up',
      durationSeconds: 9,
    });
  });
});

describe('a status callback', () => {
  it.each([
    ['ringing', { status: 'ringing' }],
    ['in-progress', { status: 'in-progress' }],
    ['busy', { status: 'busy', endReason: 'busy' }],
    ['brand-new', { status: 'queued' }],
  ])('%s moves the call of its address', async (CallStatus, expected) => {
    const rig = new TwimlRig();
    const call = await rig.dialled();
    await rig.twiml.status({ CallSid: CALL_SID, CallStatus }, { call: call.id });
    expect(await rig.read(call)).toMatchObject(expected);
  });

  it('finds its call by Twilio’s id where the address names none, and moves no other', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled();
    await rig.twiml.status({ CallSid: `CA${'9'.repeat(32)}`, CallStatus: 'busy' }, { call: call.id });
    await rig.twiml.status({ CallSid: `CA${'9'.repeat(32)}`, CallStatus: 'busy' }, {});
    expect(await rig.read(call)).toMatchObject({ status: 'queued' });
    await rig.twiml.status({ CallSid: CALL_SID, CallStatus: 'completed', CallDuration: 'x' }, {});
    expect(await rig.read(call)).toMatchObject({ status: 'completed' });
  });
});

describe('a stream callback', () => {
  it('names the failure of a stream that never came, and nothing else', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled();
    await rig.twiml.streamEvent({ CallSid: CALL_SID, StreamEvent: 'stream-stopped' }, { call: call.id });
    expect((await rig.read(call)).endReason).toBeNull();
    await rig.twiml.streamEvent(
      { CallSid: CALL_SID, StreamEvent: 'stream-error', StreamError: 'handshake 404' },
      { call: call.id },
    );
    expect(await rig.read(call)).toMatchObject({
      endReason: 'stream-failed',
      failure: { code: 'stream-never-came', detail: 'handshake 404' },
    });
  });

  it('is to come again while the store is away, unless the call is carried here', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({});
    const elsewhere = 'call_000000000000000000000000000000ff';
    rig.store.isAway = true;
    const told = { CallSid: CALL_SID, CallStatus: 'ringing' };
    await expect(rig.twiml.status(told, { call: elsewhere })).rejects.toMatchObject({ code: 'store-away' });
    await expect(rig.twiml.status(told, { call: call.id })).resolves.toBeUndefined();
    rig.store.isAway = false;
    await expect(rig.twiml.status(told, { call: elsewhere })).resolves.toBeUndefined();
  });

  it('is entered in the timeline, and ends no stream that runs', async () => {
    const rig = new TwimlRig();
    const call = await rig.dialled({}, streamed);
    await rig.twiml.streamEvent(
      { CallSid: CALL_SID, StreamEvent: 'stream-error', StreamError: 'late' },
      { call: call.id },
    );
    expect((await rig.read(call)).endReason).toBeNull();
    const events = await rig.store.events(call.id, 0, 100);
    expect(events.at(-1)).toMatchObject({ type: 'stream.failed', details: { error: 'late' } });
  });
});
