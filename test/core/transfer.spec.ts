/** What a transfer makes of the record of a call, whatever order its facts come in. */
import { applyCallEvent, type CallEvent } from '../../src/core/call/call-machine.js';
import { recoveryOf } from '../../src/core/call/recovery.js';
import { entriesOfChange } from '../../src/core/call/timeline.js';
import type { CallTransfer } from '../../src/core/call/transfer.js';
import { CALL_SID, T0, after, callWith } from '../support/builders.js';

const TRANSFER: CallTransfer = {
  id: 'tr_1',
  mode: 'cold',
  to: '+14155550199',
  target: null,
  message: 'One moment.',
  summary: 'John.',
  by: 'key_1',
  legs: [],
  status: 'ringing',
  outcome: null,
  startedAt: T0,
  connectedAt: null,
  endedAt: null,
};
const BEGAN: CallEvent = { type: 'transfer.began', transfer: TRANSFER };
const CONNECTED: CallEvent = { type: 'transfer.connected', transferId: 'tr_1' };
const ended = (outcome: 'completed' | 'busy'): CallEvent => ({
  type: 'transfer.ended',
  transferId: 'tr_1',
  outcome,
});
const talking = () =>
  after(
    callWith({ twilioCallSid: CALL_SID }),
    { type: 'stream.started', streamSid: 'MZ1', variables: {} },
    { type: 'agent.ready', conversationId: 'conv_1' },
  );

describe('a transfer on the record', () => {
  it('is over with the call once both have talked', () => {
    const call = after(talking(), BEGAN, CONNECTED, ended('completed'));
    expect(call).toMatchObject({ endReason: 'transferred', status: 'in-progress' });
    expect(call.transfer).toMatchObject({ status: 'ended', outcome: 'completed' });
  });

  it('leaves the call open when nobody takes it, and another may follow', () => {
    const call = after(talking(), BEGAN, ended('busy'));
    expect(call.endReason).toBeNull();
    const again = after(call, { type: 'transfer.began', transfer: { ...TRANSFER, id: 'tr_2' } });
    expect(again.transfer).toMatchObject({ id: 'tr_2', status: 'ringing' });
  });

  it('begins once, not before the answer and not after the end', () => {
    const call = after(talking(), BEGAN);
    expect(applyCallEvent(call, { ...BEGAN, transfer: { ...TRANSFER, id: 'tr_2' } }, T0)).toBeUndefined();
    expect(applyCallEvent(callWith(), BEGAN, T0)).toBeUndefined();
    const over = after(talking(), { type: 'end.decided', reason: 'hung-up-by-api' });
    expect(applyCallEvent(over, BEGAN, T0)).toBeUndefined();
  });

  it.each([
    ['of another transfer', { ...CONNECTED, transferId: 'tr_0' }],
    ['that comes twice', CONNECTED],
  ])('takes no fact %s', (_which, event) => {
    expect(applyCallEvent(after(talking(), BEGAN, CONNECTED), event, T0)).toBeUndefined();
  });

  it('is not ended by the end of the media stream, and is by everything else', () => {
    const call = after(talking(), BEGAN);
    const gone: CallEvent = { type: 'end.decided', reason: 'caller-hung-up', ofStream: true };
    expect(applyCallEvent(call, gone, T0)).toBeUndefined();
    expect(after(talking(), gone).endReason).toBe('caller-hung-up');
    expect(after(call, { type: 'end.decided', reason: 'hung-up-by-api' }).endReason).toBe('hung-up-by-api');
  });

  it.each([
    ['while it rings', [BEGAN], 'caller-hung-up', 'canceled'],
    ['while both talk', [BEGAN, CONNECTED], 'transferred', 'completed'],
  ])('ends with a caller who hangs up %s', (_when, events, endReason, outcome) => {
    const call = after(talking(), ...events, {
      type: 'carrier.ended',
      status: 'completed',
      durationSeconds: 9,
    });
    expect(call).toMatchObject({ status: 'completed', endReason, durationSeconds: 9 });
    expect(call.transfer).toMatchObject({ status: 'ended', outcome });
  });

  it('is told before the end of the call, without number and words', () => {
    const call = after(talking(), BEGAN, CONNECTED);
    const event: CallEvent = { type: 'carrier.ended', status: 'completed' };
    const entries = entriesOfChange(call, after(call, event), event, T0);
    expect(entries.map(({ type }) => type)).toEqual(['transfer.ended', 'call.ended']);
    const begun = entriesOfChange(talking(), after(talking(), BEGAN), BEGAN, T0);
    expect(JSON.stringify(begun)).not.toMatch(/\+1415|John|moment/);
  });

  it('keeps the legs that were answered, each once, also over the next transfer', () => {
    const leg = 'CA1';
    const connected: CallEvent = { type: 'transfer.connected', transferId: 'tr_1', leg };
    const over: CallEvent = { type: 'transfer.ended', transferId: 'tr_1', outcome: 'completed', leg };
    const call = after(talking(), BEGAN, connected, over);
    expect(call.transfer?.legs).toEqual([leg]);
    const declined: CallEvent = { type: 'transfer.ended', transferId: 'tr_1', outcome: 'declined', leg };
    expect(after(talking(), BEGAN, declined).transfer?.legs).toEqual([leg]);
  });

  it('loses its words with those of the call', () => {
    const call = after(talking(), BEGAN, { type: 'carrier.ended', status: 'completed' });
    const erased = after(call, { type: 'record.erased', transcript: true, person: false });
    expect(erased.transfer).toMatchObject({ message: null, summary: null, to: TRANSFER.to });
  });

  it('outlives the process that had the conversation', () => {
    expect(recoveryOf(talking(), T0)).toBe('end');
    expect(recoveryOf(after(talking(), BEGAN), T0)).toBe('watch');
    expect(recoveryOf(after(talking(), BEGAN, ended('busy')), T0)).toBe('end');
  });
});
