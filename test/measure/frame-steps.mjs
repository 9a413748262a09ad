/**
 * What each step on the way of a frame costs in user space, warm, in nanoseconds: medians of rounds on this machine. Build first.
 * `node test/measure/frame-steps.mjs`
 */
import { Duplex } from 'node:stream';
import { ElevenLabsLeg } from '../../dist/agent/elevenlabs.leg.js';
import { AGENT_SOCKET_LIMITS } from '../../dist/agent/agent-socket-limits.js';
import { BridgeSession } from '../../dist/core/bridge/bridge-session.js';
import { TwilioStreamLeg } from '../../dist/media-stream/twilio-stream.leg.js';
import { recogniseAudio } from '../../dist/protocol/elevenlabs/audio-bytes.js';
import { decodeFromAgent } from '../../dist/protocol/elevenlabs/conversation.codec.js';
import { MediaRecogniser } from '../../dist/protocol/twilio/media-bytes.js';
import { decodeFromTwilio } from '../../dist/protocol/twilio/media-stream.codec.js';
import { FrameReader } from '../../dist/sockets/frame-reader.js';
import { encodeFrames, SplicedText } from '../../dist/sockets/frame-writer.js';
import { FramedTextSocket } from '../../dist/sockets/framed-text-socket.js';

const ROUNDS = 7;
const TIMES = 100_000;
const SID = `MZ${'0'.repeat(32)}`;
const payload = Buffer.alloc(160, 0x55).toString('base64');
const media = `{"event":"media","sequenceNumber":"1001","media":{"track":"inbound","chunk":"1000","timestamp":"20000","payload":"${payload}"},"streamSid":"${SID}"}`;
const audio = `{"type":"audio","audio_event":{"audio_base_64":"${payload}","event_id":1}}`;
const [mediaBytes, audioBytes] = [media, audio].map((text) => Buffer.from(text));
const mediaFrame = Buffer.from(encodeFrames([media], true, false));
const audioFrame = Buffer.from(encodeFrames([audio], false, false));
const inPlace = Buffer.from(mediaFrame);

class Nowhere extends Duplex {
  _read() {}
  _write(_chunk, _encoding, done) {
    done();
  }
}

const sink = { text() {}, binary() {}, pinged() {}, closing() {}, broken: (code) => fail(`broken: ${code}`) };
const limits = { maxPayload: 1_000_000, maxFragments: 1000, closeTimeoutMs: 1000 };
const fromTwilio = new FrameReader(sink, true, limits);
const fromAgent = new FrameReader(sink, false, limits);
const recogniser = MediaRecogniser.of(SID) ?? fail('no recogniser');
const found = recogniser.read(mediaBytes, 0, mediaBytes.length) ?? fail('not recognised');
const before = Buffer.from('{"user_audio_chunk":"');
const behind = Buffer.from('"}');
const [line, agent] = wholePath();

const steps = {
  'read and unmask a frame of Twilio': () => {
    mediaFrame.copy(inPlace);
    fromTwilio.push(inPlace);
  },
  'recognise it by its bytes': () => recogniser.read(mediaBytes, 0, mediaBytes.length),
  '(instead: parse its JSON)': () => decodeFromTwilio(media),
  'frame it for the agent, masked': () =>
    encodeFrames([new SplicedText(before, mediaBytes, found.from, found.to, behind)], true, true),
  'all of it, with the session, and a stream of Node on both sides': () => {
    mediaFrame.copy(inPlace);
    line.emit('data', inPlace);
  },
  'read a frame of the agent': () => fromAgent.push(audioFrame),
  'recognise it': () => recogniseAudio(audioBytes, 0, audioBytes.length),
  '(instead: parse the JSON)': () => decodeFromAgent(audio),
  'all of it, with session, ledger and streams': () => agent.emit('data', audioFrame),
};

for (const [name, act] of Object.entries(steps)) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const fromMs = performance.now();
    for (let time = 0; time < TIMES; time += 1) act();
    return ((performance.now() - fromMs) * 1e6) / TIMES;
  });
  const median = rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  process.stdout.write(`${String(Math.round(median)).padStart(6)} ns  ${name}\n`);
}

function wholePath() {
  const clock = { now: Date.now, after: () => () => undefined };
  const sockets = [new Nowhere(), new Nowhere()];
  const [ours, theirs] = sockets.map(
    (socket, at) => new FramedTextSocket(socket, Buffer.alloc(0), { ...limits, isServer: at === 0 }),
  );
  const carrier = new TwilioStreamLeg({
    socket: ours,
    accountSid: 'AC',
    carrierCallSid: null,
    events: () => session,
    odd: fail,
    closed: () => undefined,
  });
  const patience = { startTimeoutMs: 1, agentReadyTimeoutMs: 1, agentQueueTimeoutMs: 1, lineSilenceMs: 1 };
  const session = new BridgeSession({
    clock,
    carrier,
    limits: patience,
    overrides: {},
    toolContext: { callId: 'call_1' },
    recovery: { attempts: 0 },
    hasBridgingSound: true,
    variablesAt: () => ({}),
    tell: () => undefined,
  });
  const leg = new ElevenLabsLeg({ clock, limits: AGENT_SOCKET_LIMITS, events: session, odd: fail });
  leg.attach(theirs);
  session.attachAgent(leg);
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const start = { accountSid: 'AC', streamSid: SID, callSid: 'CA1', tracks: ['inbound'], mediaFormat };
  const metadata = {
    conversation_id: 'conv_1',
    agent_output_audio_format: 'ulaw_8000',
    user_input_audio_format: 'ulaw_8000',
  };
  const told = JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid: SID });
  sockets[0].emit('data', Buffer.from(encodeFrames([told], true, false)));
  const ready = {
    type: 'conversation_initiation_metadata',
    conversation_initiation_metadata_event: metadata,
  };
  sockets[1].emit('data', Buffer.from(encodeFrames([JSON.stringify(ready)], false, false)));
  return sockets;
}

function fail(why) {
  throw new Error(String(why));
}
