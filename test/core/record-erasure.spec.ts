/** What is left of a record from which words or people were taken out. */
import type { CallAnalysis } from '../../src/core/call/call.js';
import { after, callWith } from '../support/builders.js';

const ANALYSIS: CallAnalysis = {
  successful: 'success',
  summary: 'They spoke.',
  evaluation: {},
  collected: {},
};
const TOLD = {
  variables: { name: 'John' },
  overrides: { prompt: 'Be kind to John' },
  metadata: { customer: '4711' },
  analysis: ANALYSIS,
};

const over = (fields: Parameters<typeof callWith>[0] = {}): ReturnType<typeof callWith> =>
  callWith({ ...TOLD, status: 'completed', endReason: 'caller-hung-up', ...fields });

describe('the erasure of words', () => {
  it('takes out what was made of them, and leaves who it was', () => {
    const call = over();
    expect(after(call, { type: 'record.erased', transcript: true, person: false })).toEqual({
      ...call,
      version: 2,
      analysis: null,
      erased: { transcript: true, person: false },
    });
  });

  it('leaves a recording deleted, whatever is told of it later', () => {
    const recording = {
      status: 'deleted',
      source: 'twilio',
      twilioRecordingSid: null,
      durationSeconds: null,
    } as const;
    const call = over({ recording });
    expect(after(call, { type: 'recording.changed', recording: { ...recording, status: 'ready' } })).toEqual(
      call,
    );
  });

  it('leaves room for the id of a conversation that was told late, once, so that it can be deleted', () => {
    const events = [
      { type: 'record.erased', transcript: true, person: true },
      { type: 'conversation.learnt', conversationId: 'conv_1' },
      { type: 'conversation.learnt', conversationId: 'conv_2' },
    ] as const;
    expect(after(over(), ...events)).toMatchObject({ version: 3, conversationId: 'conv_1' });
  });

  it('is not undone by an analysis that comes later', () => {
    const events = [
      { type: 'record.erased', transcript: true, person: false },
      { type: 'analysis.came', analysis: ANALYSIS },
    ] as const;
    expect(after(over(), ...events)).toMatchObject({ version: 2, analysis: null });
  });
});

describe('the erasure of a person', () => {
  it.each([
    ['outbound', { to: 'anonymous', from: '+14155550100' }],
    ['inbound', { to: '+14155550123', from: 'anonymous' }],
  ] as const)('of an %s call takes out their number and what came with it', (direction, numbers) => {
    const call = over({ direction });
    expect(after(call, { type: 'record.erased', transcript: false, person: true })).toEqual({
      ...call,
      ...numbers,
      version: 2,
      variables: {},
      overrides: {},
      metadata: {},
      erased: { transcript: false, person: true },
    });
  });

  it('adds to what was erased before, and changes nothing the second time', () => {
    const words = { type: 'record.erased', transcript: true, person: false } as const;
    const person = { type: 'record.erased', transcript: false, person: true } as const;
    expect(after(over(), words, person, words, person)).toMatchObject({
      version: 3,
      to: 'anonymous',
      analysis: null,
      erased: { transcript: true, person: true },
    });
  });

  it('waits for the end of the call', () => {
    const call = callWith({ status: 'in-progress' });
    expect(after(call, { type: 'record.erased', transcript: true, person: true })).toBe(call);
  });
});
