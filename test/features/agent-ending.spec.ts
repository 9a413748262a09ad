/** What the end of an agent's socket means. */
import { codeOfStatus, endingOf, type AgentClose } from '../../src/agent/agent-ending.js';
import type { AgentError } from '../../src/protocol/elevenlabs/conversation.messages.js';

function close(fields: Partial<AgentClose>): AgentClose {
  return { code: 1011, reason: '', lastError: undefined, queueTimedOut: false, ...fields };
}
function error(fields: Partial<AgentError>): AgentError {
  return { type: 'error', shape: 'error_event', code: 1008, name: undefined, message: undefined, ...fields };
}

describe('the end of a conversation', () => {
  it('is the agent’s own when the vendor closes with 1000', () => {
    expect(endingOf(close({ code: 1000 }))).toEqual({ reason: 'agent-ended', failure: undefined });
  });

  it('is a failure even with 1000 after an error, and not after a complaint about one message', () => {
    expect(endingOf(close({ code: 1000, lastError: error({ name: 'override_error' }) }))).toMatchObject({
      reason: 'agent-failed',
      failure: { code: 'agent-override-refused' },
    });
    expect(endingOf(close({ code: 1000, lastError: error({ shape: 'client_error' }) }))).toMatchObject({
      reason: 'agent-ended',
    });
  });

  it.each([
    ['an error of that name', close({ lastError: error({ name: 'max_duration_exceeded' }) })],
    ['a reason of that name', close({ code: 1000, reason: 'max_duration_exceeded' })],
  ])('is the agent’s time limit by %s', (_name, given) => {
    expect(endingOf(given)).toEqual({ reason: 'max-duration', failure: undefined });
  });

  it.each([
    ['agent-quota', close({ code: 1002, reason: 'This request exceeds your quota limit.' })],
    [
      'agent-quota',
      close({ code: 1002, lastError: error({ shape: 'flat', message: 'quota exceeded (1002)' }) }),
    ],
    ['agent-missing-variable', close({ code: 1008, lastError: error({ name: 'missing_dynamic_variable' }) })],
    [
      'agent-missing-variable',
      close({ code: 1008, reason: 'Missing required dynamic variables in first message' }),
    ],
    ['agent-override-refused', close({ code: 1008, lastError: error({ name: 'override_error' }) })],
    ['agent-override-refused', close({ code: 1008, reason: "Override for field 'voice_id' is not allowed" })],
    ['agent-busy', close({ code: 1008, lastError: error({ name: 'too_many_concurrent_requests' }) })],
    ['agent-busy', close({ code: 3008 })],
    ['agent-busy', close({ code: 4300 })],
    ['agent-busy', close({ code: 1006, queueTimedOut: true })],
    ['agent-lost', close({ code: 1006 })],
    ['agent-lost', close({ code: 1011, lastError: error({ message: 'server trouble' }) })],
    ['agent-lost', close({ code: 1008, reason: 'Invalid message received' })],
    ['agent-lost', close({ code: 1005 })],
  ] as const)('is %s by %j', (code, given) => {
    expect(endingOf(given)).toMatchObject({ reason: 'agent-failed', failure: { code } });
  });

  it('tells the code and the words, within a bound', () => {
    const { failure } = endingOf(
      close({ code: 1011, reason: 'x'.repeat(120), lastError: error({ message: 'y'.repeat(900) }) }),
    );
    expect(failure?.detail).toMatch(/^ElevenLabs closed with 1011: y+/);
    expect(failure?.detail).toHaveLength(500);
  });
});

describe('an HTTP status of ElevenLabs', () => {
  it.each([
    [401, 'agent-unauthorized'],
    [403, 'agent-unauthorized'],
    [404, 'agent-not-found'],
    [422, 'agent-not-found'],
    [429, 'agent-busy'],
    [500, 'agent-unreachable'],
    [503, 'agent-unreachable'],
    [0, 'agent-unreachable'],
  ])('%i means %s', (status, code) => {
    expect(codeOfStatus(status)).toBe(code);
  });
});
