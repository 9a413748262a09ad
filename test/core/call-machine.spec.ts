/** The life of a call: where it can go, what it ignores, and that it always ends. */
import { CALL_STATUSES, isFinal, type Call, type CallStatus } from '../../src/core/call/call.js';
import { applyCallEvent, type CallEvent, type FinalStatus } from '../../src/core/call/call-machine.js';
import { after, callWith, CALL_SID, STREAM_SID, T0 } from '../support/builders.js';

const FINALS: readonly FinalStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];
const progressed = (status: 'queued' | 'initiated' | 'ringing' | 'in-progress'): CallEvent => ({
  type: 'carrier.progressed',
  status,
  twilioCallSid: CALL_SID,
});
const ended = (status: FinalStatus, durationSeconds?: number): CallEvent => ({
  type: 'carrier.ended',
  status,
  twilioCallSid: CALL_SID,
  ...(durationSeconds === undefined ? {} : { durationSeconds }),
});
const accepted: CallEvent = { type: 'carrier.accepted', twilioCallSid: CALL_SID };
const streamed: CallEvent = { type: 'stream.started', streamSid: STREAM_SID, variables: { name: 'John' } };
const decided = (reason: 'hung-up-by-api' | 'agent-ended' | 'agent-failed'): CallEvent => ({
  type: 'end.decided',
  reason,
});

const EVERY_EVENT: readonly CallEvent[] = [
  { type: 'carrier.asked' },
  accepted,
  progressed('queued'),
  progressed('initiated'),
  progressed('ringing'),
  progressed('in-progress'),
  ...FINALS.map((status) => ended(status, 7)),
  streamed,
  { type: 'agent.ready', conversationId: 'conv_1' },
  { type: 'agent.heard-first' },
  decided('hung-up-by-api'),
  decided('agent-ended'),
  { ...decided('agent-failed'), failure: { code: 'agent-lost', detail: 'gone' } } as CallEvent,
  { type: 'end.settled' },
];

/** Every status that a walk over all events reaches from here. */
function reachable(from: Call): Set<CallStatus> {
  const seen = new Map<string, Call>();
  const queue = [from];
  for (let call = queue.shift(); call; call = queue.shift()) {
    const key = JSON.stringify({ ...call, version: 0 });
    if (seen.has(key)) continue;
    seen.set(key, call);
    for (const event of EVERY_EVENT) {
      const next = applyCallEvent(call, event, T0);
      if (next) queue.push(next);
    }
  }
  return new Set([...seen.values()].map(({ status }) => status));
}

/** The same numbers on every run: a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function rankOf(status: CallStatus): number {
  return isFinal(status) ? 99 : CALL_STATUSES.indexOf(status);
}

/** What must hold of every step, by the first rule that does not. */
function brokenRule(before: Call, after: Call): string | undefined {
  const rules: readonly (readonly [string, boolean])[] = [
    ['left a final status', !isFinal(before.status)],
    ['skipped a version', after.version === before.version + 1],
    ['moved back', rankOf(after.status) >= rankOf(before.status)],
    ['changed its cause', before.endReason === null || before.endReason === after.endReason],
    ['ended without a time, or had one before', isFinal(after.status) === (after.times.endedAt !== null)],
    ['ended without a cause', !isFinal(after.status) || after.endReason !== null],
  ];
  return rules.find(([, holds]) => !holds)?.[0];
}

describe('the life of a call', () => {
  it('reaches every status from the queue', () => {
    expect([...reachable(callWith())].toSorted()).toEqual([...CALL_STATUSES].toSorted());
  });

  it.each(['queued', 'initiated', 'ringing', 'in-progress'] as const)(
    'reaches every final status from %s',
    (status) => {
      expect([...reachable(callWith({ status }))]).toEqual(expect.arrayContaining([...FINALS]));
    },
  );

  it('never throws, never leaves a final status and never moves back, in whatever order facts come', () => {
    const faults: unknown[] = [];
    for (let seed = 1; seed <= 2000; seed += 1) {
      const random = randomFrom(seed);
      let call = callWith();
      for (let step = 0; step < 30; step += 1) {
        const event = EVERY_EVENT[Math.floor(random() * EVERY_EVENT.length)] ?? accepted;
        const next = applyCallEvent(call, event, T0 + step);
        const broken = next && brokenRule(call, next);
        if (broken !== undefined) faults.push({ seed, step, event, broken });
        call = next ?? call;
      }
      const settled = applyCallEvent(call, { type: 'end.settled' }, T0) ?? call;
      if (!isFinal(settled.status)) faults.push({ seed, broken: 'did not end' });
    }
    expect(faults).toEqual([]);
  });

  it('goes the whole way of an answered call and notes each time once', () => {
    const call = after(
      callWith(),
      { type: 'carrier.asked' },
      accepted,
      progressed('initiated'),
      progressed('ringing'),
      progressed('in-progress'),
      streamed,
      { type: 'agent.ready', conversationId: 'conv_1' },
      { type: 'agent.heard-first' },
      decided('agent-ended'),
      ended('completed', 42),
    );
    expect(call).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
      durationSeconds: 42,
      twilioCallSid: CALL_SID,
      streamSid: STREAM_SID,
      conversationId: 'conv_1',
      variables: { name: 'John' },
      version: 11,
      times: {
        startedAt: T0 + 1000,
        answeredAt: T0 + 5000,
        streamStartedAt: T0 + 6000,
        agentReadyAt: T0 + 7000,
        firstAudioAt: T0 + 8000,
        endedAt: T0 + 10_000,
      },
    });
  });
});

describe('facts that are late, doubled or out of order', () => {
  const answered = after(callWith(), accepted, progressed('in-progress'));

  it.each([
    ['ringing after the answer', answered, progressed('ringing')],
    ['the same status again', answered, progressed('in-progress')],
    ['a second acceptance', answered, { type: 'carrier.accepted', twilioCallSid: `CA${'9'.repeat(32)}` }],
    ['a second request to the carrier', answered, { type: 'carrier.asked' }],
    ['the same stream again', after(answered, streamed), streamed],
    [
      'the same conversation again',
      after(answered, { type: 'agent.ready', conversationId: 'conv_1' }),
      { type: 'agent.ready', conversationId: 'conv_1' },
    ],
    ['first audio again', after(answered, { type: 'agent.heard-first' }), { type: 'agent.heard-first' }],
    ['a second decision', after(answered, decided('agent-ended')), decided('hung-up-by-api')],
    ['an answer after the end', after(answered, ended('completed')), progressed('in-progress')],
    ['a second end', after(answered, ended('completed')), ended('busy')],
  ] as readonly [string, Call, CallEvent][])('changes nothing by %s', (_name, call, event) => {
    expect(applyCallEvent(call, event, T0 + 99_000)).toBeUndefined();
  });

  it('keeps the conversations before the last one', () => {
    const ready = (conversationId: string): CallEvent => ({ type: 'agent.ready', conversationId });
    const third = after(answered, ready('conv_1'), ready('conv_2'), ready('conv_3'), ready('conv_1'));
    expect(third).toMatchObject({
      conversationId: 'conv_3',
      earlierConversationIds: ['conv_1', 'conv_2'],
    });
  });

  it('skips statuses that were never told', () => {
    expect(after(callWith(), progressed('in-progress'))).toMatchObject({
      status: 'in-progress',
      twilioCallSid: CALL_SID,
    });
  });

  it('learns the sid of the carrier from a late status without moving back', () => {
    const call = after(callWith({ status: 'in-progress' }), progressed('ringing'));
    expect(call).toMatchObject({ status: 'in-progress', twilioCallSid: CALL_SID });
  });

  it('takes a stream for an answer whose callback was lost', () => {
    const call = after(callWith(), accepted, streamed);
    expect(call).toMatchObject({ status: 'in-progress', times: { answeredAt: T0 + 2000 } });
  });
});

describe('the cause of an end', () => {
  it('is the first that was named, whatever the carrier says later', () => {
    const call = after(
      callWith(),
      accepted,
      progressed('in-progress'),
      { type: 'end.decided', reason: 'agent-failed', failure: { code: 'agent-lost', detail: 'gone' } },
      decided('hung-up-by-api'),
      ended('completed'),
    );
    expect(call).toMatchObject({ endReason: 'agent-failed', failure: { code: 'agent-lost' } });
  });

  it.each([
    ['completed', 'caller-hung-up'],
    ['busy', 'busy'],
    ['no-answer', 'no-answer'],
    ['failed', 'carrier-failed'],
    ['canceled', 'canceled'],
  ] as const)('follows from the status %s when nobody named one', (status, endReason) => {
    expect(after(callWith(), accepted, ended(status))).toMatchObject({ status, endReason });
  });

  it('settles as completed when something answered, canceled when we gave up, failed otherwise', () => {
    const settle: CallEvent = { type: 'end.settled' };
    expect(after(callWith(), progressed('in-progress'), settle).status).toBe('completed');
    expect(after(callWith(), decided('hung-up-by-api'), settle).status).toBe('canceled');
    expect(after(callWith(), settle)).toMatchObject({ status: 'failed', endReason: 'carrier-failed' });
  });

  it('measures the duration from the answer when the carrier tells none', () => {
    const call = after(callWith(), accepted, progressed('in-progress'), streamed, ended('completed'));
    expect(call.durationSeconds).toBe(2);
    expect(after(callWith(), accepted, ended('busy')).durationSeconds).toBeNull();
  });
});
