/** Hostile frames on a media socket that was opened rightfully: text, bytes and WebSocket framing itself. */
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { WebSocket } from 'ws';
import { BesiegedSystem } from './besieged-system.js';
import { mediaOf, type Line } from './line.js';
import { asHostileJson, assail, deep, INPUTS, LIMIT_MS, nastyText, nastyValue, spoilt } from './hostile.js';
import { expectUnharmed } from './unharmed.js';
import type { Witness } from './witness.js';

const AT_ONCE = 40;
const MARK = Buffer.alloc(160, 0x5a);

describe('a media stream under attack', () => {
  let besieged: BesiegedSystem;
  let witness: Witness;
  let line: Line | undefined;
  beforeAll(async () => {
    besieged = await BesiegedSystem.start();
    witness = await besieged.witness();
  });
  afterAll(() => besieged.stop());

  /** The line of the last batch, or a new one where that was closed for what came over it. */
  async function openLine(): Promise<Line> {
    if (line?.socket.readyState !== WebSocket.OPEN || line.talk.isClosed) line = await besieged.openLine();
    return line;
  }

  const stream = { streamSid: 'MZ1', sequenceNumber: '2' };
  const messages = [
    {
      ...stream,
      event: 'media',
      media: { track: 'inbound', chunk: '1', timestamp: '20', payload: 'fn5+fg==' },
    },
    { ...stream, event: 'mark', mark: { name: 'm1' } },
    { ...stream, event: 'dtmf', dtmf: { track: 'inbound_track', digit: '5' } },
    {
      ...stream,
      event: 'start',
      start: {
        accountSid: 'AC1',
        callSid: 'CA1',
        streamSid: 'MZ1',
        tracks: ['inbound'],
        customParameters: { a: 'b' },
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      },
    },
    { ...stream, event: 'stop', stop: { accountSid: 'AC1', callSid: 'CA1' } },
    { ...stream, event: 'connected', protocol: 'Call', version: '1.0.0' },
  ] as const;
  const text = fc.oneof(
    { weight: 6, arbitrary: asHostileJson(fc.oneof(...messages.map((message) => spoilt(message)))) },
    { weight: 1, arbitrary: asHostileJson(nastyValue) },
    { weight: 1, arbitrary: nastyText },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        deep(15_000),
        '{"event":"media"',
        `{"event":"media","media":{"payload":"${'A'.repeat(100_000)}"}}`,
      ),
    },
  );
  const frame = fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
  );

  it(
    'takes any frame, and stays fit for use unless it closes the line by name',
    () =>
      assail(INPUTS.line / 2, AT_ONCE, fc.tuple(frame, fc.boolean()), async (frames) => {
        const { socket, talk, streamSid, isOver } = await openLine();
        for (const [one, isOfStream] of frames)
          socket.send(typeof one === 'string' && isOfStream ? one.replaceAll('MZ1', streamSid) : one);
        const before = talk.audio.length;
        if (socket.readyState === WebSocket.OPEN) socket.send(mediaOf(streamSid, 1, MARK));
        await talk.until(({ audio }) => isOver() || audio.slice(before).some((heard) => heard.equals(MARK)));
      }),
    LIMIT_MS,
  );

  it(
    'lets nobody break the framing, and closes the line of whoever tries',
    () =>
      assail(
        INPUTS.line / 2,
        AT_ONCE,
        fc.tuple(
          fc.uint8Array({ minLength: 2, maxLength: 64 }),
          fc.constantFrom(0x81, 0x82, 0xc1, 0xf1, 0x83, 0x8f, 0x01, 0x88, 0x89, 0x00),
        ),
        async (inputs) => {
          // Half of them where strangers stand, half on a socket that was let in.
          const { socket, isOver } = await openLine();
          const raw = Reflect.get(socket, '_socket') as NodeJS.WritableStream;
          for (const [bytes, first] of inputs.slice(0, AT_ONCE / 2)) {
            if (isOver()) break;
            raw.write(Buffer.from([first, ...bytes]));
          }
          await Promise.all(
            inputs.slice(AT_ONCE / 2).map(([bytes, first]) => knock(Buffer.from([first, ...bytes]))),
          );
          socket.terminate();
        },
      ),
    LIMIT_MS,
  );

  /** A stranger's upgrade with frames right behind it, which must not be taken for those of a line. */
  async function knock(bytes: Buffer): Promise<void> {
    const { port } = new URL(besieged.system.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `GET /stream/${randomBytes(32).toString('base64url')} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    socket.write(bytes);
    const answer: Buffer[] = [];
    socket.on('data', (chunk) => void answer.push(chunk));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(answer).toString('latin1')).toMatch(/^HTTP\/1\.1 401 /);
  }

  it.each([
    ['a frame of the largest size', 131_072, false],
    ['a larger one', 131_073, true],
    ['one that announces more than there can be', 2 ** 40, true],
  ])('takes %s, or closes the line', async (_what, bytes, isClosed) => {
    const { socket, talk, streamSid, isOver } = await openLine();
    const before = talk.audio.length;
    if (bytes < 2 ** 32) socket.send('x'.repeat(bytes));
    else {
      const header = Buffer.alloc(14);
      header.writeUInt16BE(0x81ff, 0);
      header.writeBigUInt64BE(BigInt(bytes), 2);
      (Reflect.get(socket, '_socket') as NodeJS.WritableStream).write(header);
    }
    if (!isClosed) socket.send(mediaOf(streamSid, 1, MARK));
    await talk.until(({ audio }) => isOver() || audio.length > before);
    expect(isOver() || talk.isClosed).toBe(isClosed);
  });

  it('has harmed nobody', () => expectUnharmed(besieged, witness, besieged.agent.talks.length));
});
