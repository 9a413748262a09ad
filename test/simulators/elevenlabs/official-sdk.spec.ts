import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js/Client.js';
import { AudioInterface } from '@elevenlabs/elevenlabs-js/api/resources/conversationalAi/conversation/AudioInterface.js';
import { ClientTools } from '@elevenlabs/elevenlabs-js/api/resources/conversationalAi/conversation/ClientTools.js';
import { Conversation } from '@elevenlabs/elevenlabs-js/api/resources/conversationalAi/conversation/Conversation.js';
import {
  DefaultWebSocketFactory,
  type WebSocketInterface,
} from '@elevenlabs/elevenlabs-js/api/resources/conversationalAi/conversation/interfaces/WebSocketInterface.js';
import type { AgentScript } from '../../../src/simulators/elevenlabs/agent-script.js';
import { ElevenLabsSimulator } from '../../../src/simulators/elevenlabs/elevenlabs-simulator.js';
import { toneSpeech } from '../../../src/simulators/elevenlabs/tone-speech.js';
import { silence, turn, voice } from './sounds.js';
import { checkFrame, validated, assertNoViolations, type Frame } from './wire-client.js';

const LONG =
  'Order seven left our house on Monday, was seen in Leipzig on Tuesday, and is now on a van that is near you.';
const SCRIPT: AgentScript = {
  firstMessage: 'Hi, {{name}}',
  steps: [
    { step: 'listens', transcript: 'Where is order seven?' },
    { step: 'calls-tool', name: 'find_order', parameters: { number: 7 }, save: 'order' },
    { step: 'speaks', text: `{{order.state}}: ${LONG}` },
    { step: 'listens', transcript: 'Stop, thank you.' },
    { step: 'speaks', text: 'Goodbye.' },
    { step: 'ends-call' },
  ],
};

/** A loudspeaker and a microphone of memory. */
class Line extends AudioInterface {
  played: Buffer[] = [];
  interrupted = 0;
  microphone: (audio: Buffer) => void = () => undefined;

  override start(inputCallback: (audio: Buffer) => void): void {
    this.microphone = inputCallback;
  }
  override stop(): void {
    this.microphone = () => undefined;
  }
  override output(audio: Buffer): void {
    this.played.push(audio);
  }
  override interrupt(): void {
    this.interrupted += 1;
  }
  /** In pieces of 250 ms, as the SDK's documentation advises. */
  speak(audio: Buffer): void {
    for (let at = 0; at < audio.length; at += 2000) this.microphone(audio.subarray(at, at + 2000));
  }
}

/** The SDK's own sockets, with every frame of both directions held against the vendor's specification. */
class CheckedSockets extends DefaultWebSocketFactory {
  override create(url: string, options?: unknown): WebSocketInterface {
    const socket = super.create(url, options);
    const send = socket.send.bind(socket);
    socket.send = (text: string) => {
      checkFrame('to-agent', JSON.parse(text) as Frame);
      send(text);
    };
    socket.on('message', (text: Buffer) => checkFrame('from-agent', JSON.parse(text.toString()) as Frame));
    return socket;
  }
}

function once(conversation: Conversation, event: string): Promise<unknown[]> {
  return new Promise((resolve) => conversation.once(event, (...args: unknown[]) => resolve(args)));
}

describe('the official Node SDK, unmodified', () => {
  let simulator: ElevenLabsSimulator;

  beforeEach(async () => {
    // The SDK's first use can hold the event loop for longer than the usual grace.
    const timing = { initiationGraceMs: 10_000 };
    simulator = await ElevenLabsSimulator.start({ agents: { agent_shop: SCRIPT }, timing });
  });
  afterEach(async () => {
    await simulator.stop();
    assertNoViolations();
  });

  it('holds a whole conversation with the simulator', async () => {
    const line = new Line();
    const clientTools = new ClientTools();
    const asked: unknown[] = [];
    clientTools.register('find_order', (parameters) => {
      asked.push(parameters['number']);
      return '{"state":"On its way"}';
    });
    const said: string[] = [];
    const corrected: string[][] = [];
    const transcripts: string[] = [];
    const conversation = new Conversation({
      client: new ElevenLabsClient({ apiKey: simulator.apiKey, baseUrl: simulator.url }),
      agentId: 'agent_shop',
      requiresAuth: true,
      audioInterface: line,
      clientTools,
      webSocketFactory: new CheckedSockets(),
      config: { extraBody: {}, conversationConfigOverride: {}, dynamicVariables: { name: 'John' } },
      callbackAgentResponse: (response) => said.push(response),
      callbackAgentResponseCorrection: (original, now) => corrected.push([original, now]),
      callbackUserTranscript: (transcript) => transcripts.push(transcript),
    });
    const ended = once(conversation, 'session_ended');
    await conversation.startSession();
    const agent = await simulator.nextConversation();

    await agent.untilTurns('agent', 1);
    await agent.untilStep(0);
    await agent.untilPlayed();
    line.speak(turn(800));
    await agent.untilStep(3);
    line.speak(Buffer.concat([silence(200), voice(600), silence(700)]));

    expect(await ended).toEqual([agent.id, 1000, 'end_call']);
    await agent.untilClosed();
    agent.assertFinished();
    expect(said).toEqual(['Hi, John', `On its way: ${LONG}`, 'Goodbye.']);
    expect(asked).toEqual([7]);
    expect(agent.toolResults).toMatchObject([{ result: '{"state":"On its way"}', is_error: false }]);
    expect(transcripts).toEqual(['[scripted] Where is order seven?', '[scripted] Stop, thank you.']);
    expect(line.interrupted).toBe(1);
    expect(corrected).toEqual([[`On its way: ${LONG}`, agent.turns[2]?.heard]]);
    expect(Buffer.concat(line.played).subarray(0, 3840).equals(toneSpeech('Hi, John'))).toBe(true);
    expect(Buffer.concat(line.played).subarray(-3840).equals(toneSpeech('Goodbye.'))).toBe(true);
    expect(agent.initiation?.dynamic_variables).toEqual({ name: 'John' });
    expect(agent.authorization).toBe('signed_url');
    expect(agent.pongs[0]).toMatchObject({ eventId: 0 });
    expect(agent.heardBytes).toEqual(Buffer.concat([turn(800), silence(200), voice(600), silence(700)]));
    expect([...validated]).toEqual(expect.arrayContaining(['to-agent user_audio_chunk', 'from-agent audio']));
  });

  it('reads the record of the conversation, and the agent', async () => {
    const client = new ElevenLabsClient({ apiKey: simulator.apiKey, baseUrl: simulator.url });
    const conversation = new Conversation({
      client,
      agentId: 'agent_shop',
      requiresAuth: true,
      audioInterface: new Line(),
      config: { dynamicVariables: { name: 'Ann' } },
    });
    await conversation.startSession();
    const agent = await simulator.nextConversation();
    await agent.untilTurns('agent', 1);
    conversation.sendUserMessage('Hello?');
    await agent.untilTurns('caller', 1);
    conversation.endSession();
    await agent.untilClosed();
    expect(agent.closedBy).toBe('client');
    await agent.untilProcessed();
    const record = await client.conversationalAi.conversations.get(agent.id);
    expect(record).toMatchObject({
      status: 'done',
      agentId: 'agent_shop',
      metadata: { authorizationMethod: 'signed_url', costFiat: expect.any(Number) as number },
      analysis: { callSuccessful: 'unknown' },
    });
    const listed = await client.conversationalAi.conversations.list({ agentId: 'agent_shop', pageSize: 10 });
    expect(listed.conversations).toMatchObject([{ conversationId: agent.id, status: 'done' }]);
    expect(record.transcript.map(({ role }) => role).slice(0, 2)).toEqual(['agent', 'user']);
    const told = await client.conversationalAi.agents.get('agent_shop');
    expect(told.conversationConfig.tts?.agentOutputAudioFormat).toBe('ulaw_8000');
  });

  it('is refused with the wrong key, and told so', async () => {
    const client = new ElevenLabsClient({ apiKey: 'sk_wrong', baseUrl: simulator.url, maxRetries: 0 });
    const conversation = new Conversation({
      client,
      agentId: 'agent_shop',
      requiresAuth: true,
      audioInterface: new Line(),
    });
    await expect(conversation.startSession()).rejects.toMatchObject({
      statusCode: 401,
      body: { detail: { status: 'invalid_api_key' } },
    });
  });
});
