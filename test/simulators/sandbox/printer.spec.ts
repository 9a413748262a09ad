/** What a person sees of a call, and which call it belongs to. */
import type { Observation } from '../../../src/simulators/observation.js';
import { CallBook } from '../../../src/simulators/sandbox/call-book.js';
import { lineWidth, paletteFor, PLAIN, wrapped } from '../../../src/simulators/sandbox/palette.js';
import { Printer } from '../../../src/simulators/sandbox/printer.js';
import { readableLog } from '../../../src/simulators/sandbox/service-log.js';

const line = (call: string, atMs: number, what: string, detail = {}): Observation => ({
  by: 'twilio',
  call,
  atMs,
  what,
  detail,
});
const agent = (call: string, atMs: number, what: string, detail = {}): Observation => ({
  ...line(call, atMs, what, detail),
  by: 'elevenlabs',
});
const document = (callId: string): { text: string } => ({
  text: `<Connect action="http://127.0.0.1:1/twiml/next?call=${callId}"/>`,
});

function shown(...observations: readonly Observation[]): string[] {
  let text = '';
  const printer = new Printer({ write: (part) => (text += part), palette: PLAIN, columns: 60 });
  const book = new CallBook((page, observation) => printer.observe(page, observation));
  for (const observation of observations) book.observe(observation);
  return text.split('\n').slice(0, -1);
}

describe('the printed conversation', () => {
  it('tells who says what, when, and that the words of the caller are not recognised', () => {
    const lines = shown(
      line('CA1', 1000, 'ringing'),
      line('CA1', 2000, 'answered'),
      line('CA1', 2010, 'twiml', document('call_1')),
      agent('conv_1', 2020, 'initiation', { variables: { call_id: 'call_1' } }),
      agent('conv_1', 2050, 'agent-speaks', { text: 'Which card are you looking for, John, and how many?' }),
      line('CA1', 4500, 'caller-speaks', { what: 'ten-of-clubs' }),
      agent('conv_1', 5000, 'tool-call', { id: 't', name: 'check', parameters: { item: 'ten' } }),
      agent('conv_1', 5012, 'tool-result', { id: 't', result: '{"quantity":12}', isError: false }),
      agent('conv_1', 6000, 'interruption', { heard: ['We have'] }),
      line('CA1', 6001, 'clear', { clearedMs: 7100 }),
    );
    expect(lines).toEqual([
      '      ·    line    ringing',
      '   0.00 s  line    answered',
      '   0.05 s  agent   “Which card are you looking for, John,',
      '                   and how many?”',
      '   2.50 s  caller  “Ten of clubs.”',
      '                   a recorded person; words from the script, not recognised',
      '   3.00 s  tool    check {"item":"ten"}',
      '   3.01 s  tool    → {"quantity":12} (12.0 ms)',
      '   4.00 s  agent   interrupted: the caller cuts in; heard',
      '                   until then: “We have”',
      "   4.00 s  line    cleared: 7.1 s of the agent's voice are",
      '                   never heard',
    ]);
  });

  it('keeps calls apart that run at the same time', () => {
    const lines = shown(
      line('CA1', 0, 'answered'),
      line('CA2', 500, 'answered'),
      line('CA2', 510, 'twiml', document('call_2')),
      line('CA1', 520, 'twiml', document('call_1')),
      agent('conv_b', 530, 'initiation', { variables: { call_id: 'call_2' } }),
      agent('conv_a', 540, 'initiation', { variables: { call_id: 'call_1' } }),
      agent('conv_a', 1000, 'agent-speaks', { text: 'One.' }),
      agent('conv_b', 1000, 'agent-speaks', { text: 'Two.' }),
      agent('conv_of_nobody', 1000, 'agent-speaks', { text: 'Three.' }),
    );
    expect(lines).toEqual([
      '   0.00 s  line    answered',
      '   0.00 s  #2 line    answered',
      '   1.00 s  agent   “One.”',
      '   0.50 s  #2 agent   “Two.”',
    ]);
  });

  it('shows how an agent failed', () => {
    const lines = shown(
      line('CA1', 0, 'answered'),
      line('CA1', 1, 'twiml', document('call_1')),
      agent('conv_1', 2, 'initiation', { variables: { call_id: 'call_1' } }),
      agent('conv_1', 30, 'closed', { by: 'agent', code: 1008, reason: 'no name' }),
    );
    expect(lines.at(-1)).toBe('   0.03 s  agent   gone: agent closed with 1008 no name');
  });
});

describe('colours', () => {
  it('are used on a terminal only, and never against NO_COLOR', () => {
    const painted = (isTTY: boolean, environment: Record<string, string>): boolean =>
      paletteFor({ isTTY }, environment).agent('x') !== 'x';
    expect(painted(true, {})).toBe(true);
    expect(painted(true, { NO_COLOR: '' })).toBe(true);
    expect(painted(true, { NO_COLOR: '1' })).toBe(false);
    expect(painted(false, {})).toBe(false);
  });
});

describe('wrapping', () => {
  it('goes by the terminal, within what can be read, and by no terminal that knows no size', () => {
    expect([100, 300, 20, 0, undefined].map(lineWidth)).toEqual([100, 120, 60, 110, 110]);
  });

  it('breaks at spaces and leaves a long word whole', () => {
    expect(wrapped('one two incomprehensible three', 8)).toEqual(['one two', 'incomprehensible', 'three']);
    expect(wrapped('', 8)).toEqual(['']);
  });
});

describe('a line of the service', () => {
  it('is made readable when it is structured, and left alone when not', () => {
    const logged = '{"level":40,"time":1,"service":"cordboard","liveCalls":1,"msg":"shutting down"}';
    expect(readableLog(logged)).toBe('warn: shutting down {"liveCalls":1}');
    expect(readableLog('The environment is not complete:')).toBe('The environment is not complete:');
    expect(readableLog('{broken')).toBe('{broken');
  });
});
