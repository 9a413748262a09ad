import { WholeSystem, eventually, isOver, AGENT_ID } from '../support/whole-system.js';

describe('an outbound call', () => {
  let system: WholeSystem;

  beforeAll(async () => {
    system = await WholeSystem.start({
      caller: {
        // Long enough for the first request of a cold process to ElevenLabs.
        answer: { kind: 'answers', afterMs: 600 },
        steps: [{ step: 'hears-agent-out' }, { step: 'says', noiseMs: 600 }],
      },
      agent: {
        firstMessage: 'Hi, {{name}}',
        steps: [
          { step: 'listens', transcript: 'hello' },
          { step: 'speaks', text: 'Goodbye, {{name}}' },
          { step: 'ends-call' },
        ],
      },
    });
  });
  afterAll(() => system.stop());

  it('goes through from the request to the end, with every byte of both voices', async () => {
    const { record, line } = await system.place({
      variables: { name: 'John', visits: 3, member: true },
      overrides: { language: 'en' },
      metadata: { order: '4711' },
    });
    const conversation = await system.elevenlabs.nextConversation();
    await line.settled();
    const ended = await eventually(() => system.callRecord(record.id), isOver);

    expect(ended).toMatchObject({
      status: 'completed',
      endReason: 'agent-ended',
      failure: null,
      direction: 'outbound',
      agentId: AGENT_ID,
      twilioCallSid: line.sid,
      conversationId: conversation.id,
      metadata: { order: '4711' },
    });
    expect(ended.variables).toEqual({ name: 'John', visits: 3, member: true });
    expect(conversation.initiation).toMatchObject({
      type: 'conversation_initiation_client_data',
      dynamic_variables: { name: 'John', visits: 3, member: true, call_id: record.id },
      conversation_config_override: { agent: { language: 'en' } },
    });
    expect(JSON.stringify(conversation.initiation)).not.toContain('first_message');
    expect(conversation.turns.filter(({ role }) => role === 'agent').map(({ text }) => text)).toEqual([
      'Hi, John',
      'Goodbye, John',
    ]);

    const sent = Buffer.concat(line.sentFrames.map(({ payload }) => payload));
    const arrived = Buffer.concat(conversation.receivedAudio.map(({ payload }) => payload));
    expect(arrived.length).toBeGreaterThan(8000);
    expect(sent.subarray(0, arrived.length).equals(arrived)).toBe(true);
    const spoken = Buffer.concat(conversation.sentAudio.map(({ payload }) => payload));
    const played = Buffer.concat(line.received.map(({ payload }) => payload));
    expect(played.equals(spoken)).toBe(true);
    expect(line.warnings).toEqual([]);
    expect(conversation.closedBy).toBe('agent');
    line.assertFinished();
    conversation.assertFinished();
  });

  it('asks Twilio for the callbacks and limits that it needs', async () => {
    const { line } = await system.place({
      variables: { name: 'Ann' },
      ringTimeoutSeconds: 20,
      maxDurationSeconds: 120,
    });
    await system.elevenlabs.nextConversation();
    await line.settled(20_000);
    const kinds = line.requests
      .filter(({ kind }) => kind === 'status')
      .map(({ params }) => params['CallStatus']);
    expect(kinds).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
  });

  it('has its signed URL before the phone is answered, and its agent before anybody waits', () => {
    const order = system.observations.map(({ what }) => what);
    expect(order.indexOf('signed-url')).toBeGreaterThan(-1);
    expect(order.indexOf('signed-url')).toBeLessThan(order.indexOf('answered'));
    expect(order.indexOf('initiation')).toBeGreaterThan(order.indexOf('start'));
  });

  it('is placed once for requests that carry one Idempotency-Key', async () => {
    const before = system.twilio.calls.length;
    const body = { to: '+14155550123', variables: { name: 'Eve' } };
    const key = { 'idempotency-key': 'order-4711' };
    const answers = await Promise.all([1, 2, 3].map(() => system.request('POST', '/calls', body, key)));
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(system.twilio.calls).toHaveLength(before + 1);
    const other = await system.request('POST', '/calls', { ...body, variables: {} }, key);
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
    expect(await system.request('POST', '/calls', body, { 'idempotency-key': 'a b' })).toMatchObject({
      status: 400,
    });
    await system.twilio.calls.at(-1)?.settled(20_000);
  });

  it('is listed, newest first, and found by its filters', async () => {
    const all = await system.request<{ data: { id: string; to: string }[]; nextCursor: string | null }>(
      'GET',
      '/calls?limit=1',
    );
    expect(all.body.data).toHaveLength(1);
    expect(all.body.nextCursor).not.toBeNull();
    const rest = await system.request<typeof all.body>('GET', `/calls?limit=1&cursor=${all.body.nextCursor}`);
    expect(rest.body.data).toHaveLength(1);
    expect(rest.body.data[0]?.id).not.toBe(all.body.data[0]?.id);
    const none = await system.request<typeof all.body>('GET', '/calls?status=busy');
    expect(none.body).toEqual({ data: [], nextCursor: null });
  });
});
