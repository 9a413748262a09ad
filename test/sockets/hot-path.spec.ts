/**
 * What the way of a frame may cost, in counts that do not depend on how fast or how busy the machine is: writes, parses, timers, and
 * memory for each frame.
 */
import { Duplex } from 'node:stream';
import { jest } from '@jest/globals';
import { AGENT_SOCKET_LIMITS } from '../../src/agent/agent-socket-limits.js';
import { ElevenLabsLeg } from '../../src/agent/elevenlabs.leg.js';
import { BridgeSession } from '../../src/core/bridge/bridge-session.js';
import { TwilioStreamLeg } from '../../src/media-stream/twilio-stream.leg.js';
import { encodeFrames } from '../../src/sockets/frame-writer.js';
import { FramedTextSocket } from '../../src/sockets/framed-text-socket.js';
import { ACCOUNT_SID, CALL_SID, STREAM_SID } from '../support/builders.js';
import { ManualClock } from '../support/manual-clock.js';

const PAYLOAD = Buffer.alloc(160, 0x55).toString('base64');
const FRAMES = 500;
/** Objects of Node's streams included; a JSON.parse and its strings would be some 2,000 more. */
const MOST_BYTES_PER_FRAME = 4000;

/** A connection on which nothing arrives but what a test puts there, and whose writes are counted. */
class Wire extends Duplex {
  writes = 0;
  override _read(): void {
    // The test brings what is read.
  }
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes += 1;
    done();
  }
}

class Path {
  readonly line = new Wire();
  readonly agent = new Wire();
  readonly clock = new ManualClock();
  private number = 0;

  constructor() {
    const limits = { maxPayload: 1_000_000, maxFragments: 1000, closeTimeoutMs: 1000 };
    const [ours, theirs] = [this.line, this.agent].map(
      (wire) => new FramedTextSocket(wire, Buffer.alloc(0), { ...limits, isServer: wire === this.line }),
    );
    if (!ours || !theirs) throw new Error('there are two');
    const never = (kind: string): void => {
      throw new Error(kind);
    };
    const carrier: TwilioStreamLeg = new TwilioStreamLeg({
      socket: ours,
      accountSid: ACCOUNT_SID,
      carrierCallSid: CALL_SID,
      events: () => session,
      odd: never,
      closed: () => undefined,
    });
    const session: BridgeSession = new BridgeSession({
      clock: this.clock,
      carrier,
      tools: { run: () => Promise.reject(new Error('no tools')) },
      limits: {
        startTimeoutMs: 1000,
        agentReadyTimeoutMs: 1000,
        agentQueueTimeoutMs: 1000,
        lineSilenceMs: 60_000,
      },
      overrides: {},
      toolContext: {
        callId: 'call_1',
        agentId: 'a',
        direction: 'inbound',
        to: '',
        from: '',
        transferCall: () => Promise.resolve(),
      },
      variablesAt: () => ({}),
      tell: () => undefined,
      recovery: { attempts: 0 },
      hasBridgingSound: true,
      openAgent: () => {
        throw new Error('no other agent');
      },
    });
    const leg = new ElevenLabsLeg({
      clock: this.clock,
      limits: AGENT_SOCKET_LIMITS,
      events: session,
      odd: never,
    });
    leg.attach(theirs);
    session.attachAgent(leg);
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const start = {
      accountSid: ACCOUNT_SID,
      streamSid: STREAM_SID,
      callSid: CALL_SID,
      tracks: [],
      mediaFormat,
    };
    this.fromTwilio(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid: STREAM_SID }));
    this.fromAgent(
      JSON.stringify({
        type: 'conversation_initiation_metadata',
        conversation_initiation_metadata_event: {
          conversation_id: 'conv_1',
          agent_output_audio_format: 'ulaw_8000',
          user_input_audio_format: 'ulaw_8000',
        },
      }),
    );
  }

  /** Each in a chunk of its own, unless they are given together. */
  callerSpeaks(framesInOneRead = 1): void {
    this.fromTwilio(...Array.from({ length: framesInOneRead }, () => this.media()));
  }

  agentSpeaks(piecesInOneRead = 1): void {
    const audio = `{"type":"audio","audio_event":{"audio_base_64":"${PAYLOAD}","event_id":1}}`;
    this.fromAgent(...Array.from({ length: piecesInOneRead }, () => audio));
  }

  private media(): string {
    this.number += 1;
    const stamp = `"chunk":"${this.number}","timestamp":"${this.number * 20}"`;
    return `{"event":"media","sequenceNumber":"${this.number + 1}","media":{"track":"inbound",${stamp},"payload":"${PAYLOAD}"},"streamSid":"${STREAM_SID}"}`;
  }

  private fromTwilio(...texts: string[]): void {
    this.line.emit('data', Buffer.from(encodeFrames(texts, true, false)));
  }
  private fromAgent(...texts: string[]): void {
    this.agent.emit('data', Buffer.from(encodeFrames(texts, false, false)));
  }
}

describe('the way of a frame', () => {
  let path: Path;
  beforeEach(() => {
    path = new Path();
  });
  const writes = (): [number, number] => [path.line.writes, path.agent.writes];

  it('is one write at the other side, in either direction', () => {
    const [line, agent] = writes();
    for (let frame = 0; frame < 10; frame += 1) path.callerSpeaks();
    // Ten pieces of 20 ms: the first brings a mark with it, in the same write.
    for (let piece = 0; piece < 10; piece += 1) path.agentSpeaks();
    expect(writes()).toEqual([line + 10, agent + 10]);
  });

  it('is one write for all that was read at once', () => {
    const [line, agent] = writes();
    path.callerSpeaks(25);
    path.agentSpeaks(8);
    expect(writes()).toEqual([line + 1, agent + 1]);
  });

  it('parses no JSON and makes none, and sets no timer', () => {
    path.agentSpeaks();
    const spies = [
      jest.spyOn(JSON, 'parse'),
      jest.spyOn(JSON, 'stringify'),
      jest.spyOn(globalThis, 'setTimeout'),
      jest.spyOn(globalThis, 'setImmediate'),
    ] as const;
    const timers = path.clock.pending;
    for (let frame = 0; frame < 20; frame += 1) path.callerSpeaks();
    for (let piece = 0; piece < 20; piece += 1) path.agentSpeaks();
    const [parses, texts, timeouts, immediates] = spies.map((spy) => spy.mock.calls.length);
    for (const spy of spies) spy.mockRestore();
    expect([parses, timeouts, immediates]).toEqual([0, 0, 0]);
    // The agent spoke 420 ms by now, whose first piece was marked before.
    expect(texts).toBe(0);
    expect(path.clock.pending).toBe(timers);
  });

  it.each([
    ['caller', () => path.callerSpeaks()],
    ['agent', () => path.agentSpeaks()],
  ])('leaves little to be collected: %s', (_who, speak) => {
    for (let frame = 0; frame < FRAMES; frame += 1) speak();
    // A collection in between makes a round useless, and there is none in most of them.
    const rounds = Array.from({ length: 9 }, () => {
      const before = process.memoryUsage().heapUsed;
      for (let frame = 0; frame < FRAMES; frame += 1) speak();
      return (process.memoryUsage().heapUsed - before) / FRAMES;
    });
    const grown = rounds.filter((bytes) => bytes > 0).toSorted((a, b) => a - b);
    expect(grown.length).toBeGreaterThan(0);
    expect(grown[Math.floor(grown.length / 2)]).toBeLessThan(MOST_BYTES_PER_FRAME);
  });
});
