/**
 * Every single failure ends its call in a final state with a cause. All failures happen at once in one system, so that each
 * also shows that it harms no other.
 */
import type { AgentScript } from '../../src/simulators/elevenlabs/agent-script.js';
import type { CallerScript } from '../../src/simulators/twilio/caller-script.js';
import { SystemClock } from '../../src/ops/system-clock.js';
import { API_KEY, WholeSystem, eventually, isOver } from '../support/whole-system.js';

const greets = (steps: AgentScript['steps'] = [], faults: AgentScript['faults'] = {}): AgentScript => ({
  firstMessage: 'Hello.',
  steps,
  faults,
});
const answers = (steps: CallerScript['steps'] = [], rest: Partial<CallerScript> = {}): CallerScript => ({
  answer: { kind: 'answers', afterMs: 200 },
  steps,
  ...rest,
});

interface Failure {
  readonly what: string;
  readonly agent: AgentScript;
  readonly caller: CallerScript;
  readonly ends: { status: string; endReason: string; code?: string };
  /** Words that the caller hears. */
  readonly apologises?: boolean;
  readonly overrides?: Record<string, string>;
}

const FAILURES: readonly Failure[] = [
  {
    what: 'the agent is not known',
    agent: greets([], { signedUrl: { status: 404 } }),
    caller: answers([], { answer: { kind: 'answers', afterMs: 1500 } }),
    ends: { status: 'canceled', endReason: 'agent-failed', code: 'agent-not-found' },
  },
  {
    what: 'signed URLs fail for good',
    agent: greets([], { signedUrl: { status: 500 } }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-unreachable' },
    apologises: true,
  },
  {
    what: 'the agent refuses the socket',
    agent: greets([], { handshakeStatus: 503 }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-unreachable' },
    apologises: true,
  },
  {
    what: 'the agent never gets ready',
    agent: greets([], { metadataDelayMs: Infinity }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-unreachable' },
    apologises: true,
  },
  {
    what: 'the agent speaks another format',
    agent: { ...greets(), outputFormat: 'pcm_16000' },
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-format' },
    apologises: true,
  },
  {
    what: 'a variable is missing',
    agent: { firstMessage: 'Hello {{nobody_gave_this}}', steps: [] },
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-missing-variable' },
    apologises: true,
  },
  {
    what: 'an override is not allowed',
    agent: { ...greets(), allowedOverrides: [] },
    caller: answers(),
    overrides: { voiceId: 'v1' },
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-override-refused' },
    apologises: true,
  },
  {
    what: 'the quota is used up',
    agent: greets([], { quotaAfterMs: 300 }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-quota' },
    apologises: true,
  },
  {
    what: 'the queue is too long',
    agent: greets([], { queue: { waitMs: 400, outcome: 'timed_out' } }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-busy' },
    apologises: true,
  },
  {
    what: 'the agent was queued for a while, and the call goes on',
    agent: greets([{ step: 'ends-call' }], { queue: { waitMs: 700, outcome: 'admitted' } }),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-ended' },
  },
  {
    what: 'the agent crashes',
    agent: greets([
      { step: 'stalls', ms: 300 },
      { step: 'closes', code: 1011, reason: 'internal' },
    ]),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-lost' },
    apologises: true,
  },
  {
    what: 'the socket of the agent dies',
    agent: greets([{ step: 'stalls', ms: 300 }, { step: 'loses-socket' }]),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-lost' },
    apologises: true,
  },
  {
    what: 'the agent announces an error and stays',
    agent: greets([
      { step: 'errors', shape: 'error_event', code: 1002, name: 'llm_timeout', message: 'slow' },
    ]),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-failed', code: 'agent-lost' },
    apologises: true,
  },
  {
    what: 'the socket of Twilio dies',
    agent: greets(),
    caller: answers([{ step: 'waits', ms: 500 }, { step: 'loses-socket' }]),
    ends: { status: 'completed', endReason: 'stream-failed', code: 'stream-lost' },
  },
  {
    what: 'Twilio never opens the stream',
    agent: greets(),
    caller: answers([], { stream: { neverOpens: true } }),
    ends: { status: 'completed', endReason: 'stream-failed', code: 'stream-never-came' },
  },
  {
    what: 'the last webhook never comes',
    agent: greets(),
    caller: answers([{ step: 'waits', ms: 400 }, { step: 'hangs-up' }], {
      webhooks: { dropped: ['completed'] },
    }),
    ends: { status: 'completed', endReason: 'caller-hung-up' },
  },
  {
    what: 'webhooks come doubled, late and out of order',
    agent: greets(),
    caller: answers([{ step: 'waits', ms: 400 }, { step: 'hangs-up' }], {
      webhooks: { doubled: ['initiated', 'completed'], lateMs: { ringing: 700, answered: 1200 } },
    }),
    ends: { status: 'completed', endReason: 'caller-hung-up' },
  },
  {
    what: 'the line is busy',
    agent: greets(),
    caller: answers([], { answer: { kind: 'busy' } }),
    ends: { status: 'busy', endReason: 'busy' },
  },
  {
    what: 'nobody answers',
    agent: greets(),
    caller: answers([], { answer: { kind: 'no-answer' } }),
    ends: { status: 'no-answer', endReason: 'no-answer' },
  },
  {
    what: 'the agent sends garbage and unknown messages, and the call goes on',
    agent: greets([
      { step: 'sends-raw', text: 'no json' },
      { step: 'sends-raw', text: '{"type":"never_heard_of","x":1}' },
      { step: 'sends-raw', text: '{"type":"audio"}' },
      { step: 'speaks', text: 'Still here.' },
      { step: 'ends-call' },
    ]),
    caller: answers(),
    ends: { status: 'completed', endReason: 'agent-ended' },
  },
  {
    what: 'Twilio sends garbage and unknown messages, and the call goes on',
    agent: greets(),
    caller: answers([
      { step: 'sends-raw', text: 'no json' },
      { step: 'sends-raw', text: '{"event":"never_heard_of"}' },
      { step: 'sends-raw', text: '{"event":"media"}' },
      { step: 'waits', ms: 200 },
      { step: 'hangs-up' },
    ]),
    ends: { status: 'completed', endReason: 'caller-hung-up' },
  },
];

describe('when something fails', () => {
  let system: WholeSystem;
  const numberOf = (at: number): string => `+1415555${String(1000 + at)}`;

  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: ({ to }) => FAILURES.find((_, at) => numberOf(at) === to)?.caller ?? answers(),
      agents: Object.fromEntries(FAILURES.map(({ agent }, at) => [`agent_${at}`, agent])),
      // What becomes of a call when the agent is tried again is `reconnects.spec.ts`.
      variables: { AGENT_QUEUE_TIMEOUT_SECONDS: '10', AGENT_RECONNECTS: '0', BRIDGING_SOUND: 'false' },
    });
  });
  afterAll(() => system.stop());

  it.concurrent.each(FAILURES.map((failure, at) => [failure.what, failure, at] as const))(
    'ends the call with its cause: %s',
    async (_what, failure, at) => {
      const { record, line } = await system.place({
        to: numberOf(at),
        agentId: `agent_${at}`,
        ...(failure.overrides ? { overrides: failure.overrides } : {}),
      });
      const ended = await eventually(() => system.callRecord(record.id), isOver, 45_000);
      expect(ended).toMatchObject({ status: failure.ends.status, endReason: failure.ends.endReason });
      expect(ended.failure?.code).toBe(failure.ends.code);
      await line.settled();
      if (failure.apologises) expect(line.says.join()).toMatch(/not available/);
    },
    60_000,
  );

  it('leaves no socket, no session and no timer behind', async () => {
    const clock = system.app.get(SystemClock);
    await eventually(
      () => Promise.resolve(clock.pendingTasks),
      (tasks) => tasks === 0,
      5000,
    );
    const metrics = await (
      await fetch(`${system.url}/metrics`, { headers: { authorization: `Bearer ${API_KEY}` } })
    ).text();
    expect(metrics).toContain('cordboard_sessions_live 0');
    expect(metrics).toContain('cordboard_calls_live 0');
    expect(system.elevenlabs.conversations.every((conversation) => conversation.end !== undefined)).toBe(
      true,
    );
    expect(system.twilio.calls.every((call) => call.isEnded)).toBe(true);
  });
});
