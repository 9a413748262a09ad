import type { TimelineEvent, TimelineType } from '../../src/core/call/timeline.js';
import { transcriptOf, type Turn } from '../../src/core/call/transcript.js';
import { T0 } from '../support/builders.js';

type Entry = readonly [type: TimelineType, details?: Readonly<Record<string, unknown>>];

/** The transcript of a timeline with these entries, a second apart. */
function turnsOf(...entries: readonly Entry[]): Turn[] {
  return transcriptOf(
    entries.map(([type, details = {}], at): TimelineEvent => ({
      callId: 'call_1',
      seq: at + 1,
      cursor: String(at + 1),
      type,
      at: T0 + at * 1000,
      details,
    })),
  );
}

const agent = (eventId: number, text: string): Entry => ['turn.agent', { text, eventId }];
const caller = (eventId: number, text: string): Entry => ['turn.caller', { text, eventId }];
const corrected = (eventId: number, text: string): Entry => ['turn.corrected', { text, eventId }];
const part = (eventId: number, sentMs: number, heardMs: number) => ({ eventId, sentMs, heardMs });
const interrupted = (eventId: number, ...parts: readonly object[]): Entry => [
  'turn.interrupted',
  { eventId, clearedMs: 0, parts },
];
const heard = (turns: readonly Turn[]): unknown[] =>
  turns.map((turn) => (turn.role === 'agent' ? [turn.heard, turn.heardIs] : turn.heard));
const texts = (turns: readonly Turn[]): string[] => turns.map(({ text }) => text);

describe('a transcript', () => {
  it('has the turns of both sides, and nothing else of the timeline', () => {
    const turns = turnsOf(
      ['call.answered'],
      agent(1, 'Hello, how can I help?'),
      ['cost.changed'],
      caller(1, 'Is it open?'),
      agent(2, 'Yes.'),
      ['call.ended'],
    );
    expect(turns).toEqual([
      {
        role: 'agent',
        text: 'Hello, how can I help?',
        heard: 'Hello, how can I help?',
        heardIs: 'played',
        at: T0 + 1000,
      },
      { role: 'caller', kind: 'speech', text: 'Is it open?', heard: 'Is it open?', at: T0 + 3000 },
      { role: 'agent', text: 'Yes.', heard: 'Yes.', heardIs: 'played', at: T0 + 4000 },
    ]);
  });

  it('has a tool with what it was asked and what it answered', () => {
    const call: Entry = ['tool.called', { toolCallId: 'tc_1', name: 'look_up', input: { item: 'cards' } }];
    const asked = {
      role: 'tool',
      toolCallId: 'tc_1',
      name: 'look_up',
      input: { item: 'cards' },
      heard: null,
      at: T0,
    };
    expect(turnsOf(call)).toEqual([{ ...asked, text: '', outcome: null, durationMs: null }]);
    const other: Entry = ['tool.answered', { toolCallId: 'tc_2', outcome: 'failed', text: 'no' }];
    const answer: Entry = [
      'tool.answered',
      { toolCallId: 'tc_1', outcome: 'ok', durationMs: 12, text: '{"n":3}' },
    ];
    expect(turnsOf(call, other, answer)).toEqual([
      { ...asked, text: '{"n":3}', outcome: 'ok', durationMs: 12 },
    ]);
  });

  it('has the keys that the caller pressed', () => {
    expect(turnsOf(['caller.pressed', { digits: '42#' }])).toEqual([
      { role: 'caller', kind: 'keypad', text: '42#', heard: '42#', at: T0 },
    ]);
  });

  it('leaves out what has no words', () => {
    expect(turnsOf(agent(1, ''), agent(2, ' \n'), caller(2, ''))).toEqual([]);
  });

  it('survives what another version may have written', () => {
    expect(
      turnsOf(
        ['turn.agent', { text: 5 }],
        ['turn.interrupted', { parts: [null, 5, { eventId: 'x' }] }],
        ['turn.interrupted', { parts: 'none' }],
        ['tool.called', { input: null }],
        ['session.ended'],
      ),
    ).toMatchObject([{ role: 'tool', name: '', input: {} }]);
  });
});

describe('the order of a transcript', () => {
  it('puts the caller’s words before the answer to them when they are told later', () => {
    const tool: Entry = ['tool.called', { toolCallId: 'tc_1', name: 'look_up', input: {} }];
    const turns = turnsOf(agent(1, 'Hello?'), tool, agent(3, 'It is.'), caller(2, 'Open?'), agent(4, 'Bye.'));
    expect(turns.map(({ role, text }) => text || role)).toEqual([
      'Hello?',
      'Open?',
      'tool',
      'It is.',
      'Bye.',
    ]);
  });

  it('leaves them where they came when their id says nothing of it', () => {
    expect(texts(turnsOf(agent(2, 'One.'), caller(2, 'Two.'), agent(3, 'Three.')))).toEqual([
      'One.',
      'Two.',
      'Three.',
    ]);
    expect(texts(turnsOf(agent(2, 'One.'), caller(0, 'Two.')))).toEqual(['One.', 'Two.']);
  });

  it('does not put one turn of the caller before another', () => {
    expect(texts(turnsOf(caller(5, 'One.'), agent(6, 'Two.'), caller(4, 'Three.')))).toEqual([
      'One.',
      'Three.',
      'Two.',
    ]);
  });

  it('has words once that are told twice, as they were told at greatest length', () => {
    const turns = turnsOf(
      agent(1, 'Let me'),
      agent(1, 'Let me see.'),
      agent(1, 'Let me see.'),
      caller(2, 'Yes'),
      caller(2, 'Yes, please'),
      caller(2, 'Yes'),
    );
    expect(texts(turns)).toEqual(['Let me see.', 'Yes, please']);
    expect(turns[0]).toMatchObject({ at: T0 });
  });

  it('keeps different words under one id, and the same words under none', () => {
    expect(texts(turnsOf(agent(1, 'Let me see.'), agent(1, 'It is.')))).toEqual(['Let me see.', 'It is.']);
    expect(texts(turnsOf(caller(0, 'Yes.'), caller(0, 'Yes.')))).toEqual(['Yes.', 'Yes.']);
    expect(texts(turnsOf(caller(1, 'Yes.'), caller(2, 'Yes.')))).toEqual(['Yes.', 'Yes.']);
  });
});

describe('what was heard', () => {
  const TEXT = 'one two three four five';

  it('is the share of the audio that was played, in whole words', () => {
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 1000, 500))))).toEqual([
      ['one two', 'estimated'],
    ]);
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 1000, 0))))).toEqual([['', 'estimated']]);
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 1000, 100))))).toEqual([['', 'estimated']]);
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 0, 0))))).toEqual([['', 'estimated']]);
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 1000, 1000))))).toEqual([
      [TEXT, 'estimated'],
    ]);
  });

  it('is cut between words in languages that write no spaces', () => {
    const [turn] = turnsOf(agent(1, '今日は良い天気です'), interrupted(2, part(1, 1000, 600)));
    expect('今日は良い天気です'.startsWith(turn?.heard ?? 'x')).toBe(true);
    expect(turn?.heard?.length).toBeGreaterThanOrEqual(3);
    expect(turn?.heard?.length).toBeLessThanOrEqual(5);
  });

  it('is the agent’s own account where it gives one, before or after the interruption, or without any', () => {
    const cut = interrupted(2, part(1, 1000, 500));
    const expected = [['one two three', 'corrected']];
    expect(heard(turnsOf(agent(1, TEXT), cut, corrected(1, 'one two three')))).toEqual(expected);
    expect(heard(turnsOf(agent(1, TEXT), corrected(1, 'one two three'), cut))).toEqual(expected);
    expect(heard(turnsOf(agent(1, TEXT), corrected(1, 'one two three')))).toEqual(expected);
    expect(heard(turnsOf(corrected(1, 'one two three'), agent(1, TEXT)))).toEqual(expected);
    expect(texts(turnsOf(agent(1, TEXT), corrected(1, 'one two three')))).toEqual([TEXT]);
  });

  it('is nothing where the agent says so', () => {
    expect(heard(turnsOf(agent(1, TEXT), corrected(1, '')))).toEqual([['', 'corrected']]);
  });

  it('follows the last account', () => {
    expect(heard(turnsOf(agent(1, TEXT), corrected(1, 'one two three'), corrected(1, 'one')))).toEqual([
      ['one', 'corrected'],
    ]);
  });

  it('changes only the words that the account is about', () => {
    expect(heard(turnsOf(agent(1, 'Hello.'), agent(2, TEXT), corrected(2, 'one')))).toEqual([
      ['Hello.', 'played'],
      ['one', 'corrected'],
    ]);
    // Without an id, it is about the last ones; of an id that said nothing, about none.
    expect(heard(turnsOf(agent(1, TEXT), corrected(0, 'one')))).toEqual([['one', 'corrected']]);
    expect(heard(turnsOf(agent(1, TEXT), corrected(9, 'one')))).toEqual([[TEXT, 'played']]);
  });

  it('is known of words that are told after they were cut', () => {
    expect(heard(turnsOf(interrupted(2, part(1, 1000, 500)), agent(1, TEXT)))).toEqual([
      ['one two', 'estimated'],
    ]);
  });

  it('is nothing of words that are told when their audio is stale already', () => {
    expect(heard(turnsOf(interrupted(3), agent(2, TEXT), agent(3, 'Sure.')))).toEqual([
      ['', 'estimated'],
      ['Sure.', 'played'],
    ]);
  });

  it('adds up over two cuts of one response, and is not changed by a cut of nothing', () => {
    const turns = turnsOf(
      agent(1, TEXT),
      interrupted(1, part(1, 600, 200)),
      interrupted(1, part(1, 400, 300)),
    );
    expect(heard(turns)).toEqual([['one two', 'estimated']]);
    expect(heard(turnsOf(agent(1, TEXT), interrupted(2, part(1, 1000, 500)), interrupted(2)))).toEqual([
      ['one two', 'estimated'],
    ]);
  });

  it('is shared out over the words of one response, in their order', () => {
    const turns = turnsOf(
      agent(1, 'Let me see.'),
      agent(1, 'It is open.'),
      interrupted(2, part(1, 1000, 700)),
    );
    expect(heard(turns)).toEqual([
      ['Let me see.', 'estimated'],
      ['It', 'estimated'],
    ]);
  });

  it('ends with the line', () => {
    const end: Entry = ['session.ended', { reason: 'caller-hung-up', parts: [part(2, 1000, 500)] }];
    expect(heard(turnsOf(agent(1, 'Hello.'), agent(2, TEXT), end))).toEqual([
      ['Hello.', 'played'],
      ['one two', 'estimated'],
    ]);
  });
});
