/** `ElevenLabs-Signature`: who may post, how long, and how much. */
import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { MAX_READERS, SignedBodies, type SignedBody } from '../../src/billing/signed-bodies.js';
import { isTimely, readSignature } from '../../src/billing/webhook-signature.js';
import { CordboardError } from '../../src/core/errors.js';
import { webhookSignature } from '../../src/simulators/elevenlabs/webhook-signature.js';

const SECRET = 'wsec_of_the_tests';
const TIME = 1_795_000_000;
const MEGABYTE = 1_048_576;
const BODY = '{"type":"post_call_transcription","data":{"said":"ünïcode – 你好"}}';

function read(header: string, body: Readable | string, secret = SECRET): Promise<SignedBody> {
  const claimed = readSignature(header);
  if (!claimed) throw new Error('the header has another form');
  const stream = typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body;
  return new SignedBodies().read(stream, secret, claimed);
}

/** Chunks that are made when they are asked for, and their signature. */
function large(chunks: readonly Buffer[]): { readonly header: string; readonly body: Readable } {
  const hmac = createHmac('sha256', SECRET).update(`${TIME}.`);
  for (const chunk of chunks) hmac.update(chunk);
  return { header: `t=${TIME},v0=${hmac.digest('hex')}`, body: Readable.from(chunks) };
}

describe('the signature of a webhook', () => {
  it('opens to what was signed with the secret, to the byte', async () => {
    const header = webhookSignature(SECRET, TIME, BODY);
    expect(await read(header, BODY)).toEqual({ kind: 'kept', text: BODY });
    const bytes = Buffer.from(BODY);
    const torn = Readable.from([...bytes].map((_byte, at) => bytes.subarray(at, at + 1)));
    expect(await read(header, torn)).toEqual({ kind: 'kept', text: BODY });
  });

  it('is the one of the vector that was computed apart from this code', async () => {
    const header = 't=1795000000,v0=0aeee7e52899a8b9087a075ca820c369add098a5df33a23c7c3c153d42541f8c';
    const body = '{"type":"post_call_transcription"}';
    expect(await read(header, body, 'wsec_test')).toEqual({ kind: 'kept', text: body });
  });

  it.each([
    ['another body', webhookSignature(SECRET, TIME, BODY), BODY.replace('你', '我')],
    ['the same JSON written differently', webhookSignature(SECRET, TIME, BODY), BODY.replace(':', ': ')],
    ['another secret', webhookSignature('not it', TIME, BODY), BODY],
    [
      'another time than the signed one',
      webhookSignature(SECRET, TIME, BODY).replace(`${TIME}`, `${TIME + 1}`),
      BODY,
    ],
    ['no body', webhookSignature(SECRET, TIME, BODY), ''],
  ])('is closed to %s', async (_what, header, body) => {
    expect(await read(header, body)).toEqual({ kind: 'forged' });
  });

  it('may stand beside others, of which one has to fit', async () => {
    const good = webhookSignature(SECRET, TIME, BODY).split(',')[1] ?? '';
    const bad = `v0=${'0'.repeat(64)}`;
    for (const hashes of [`${bad},${good}`, `${good},${bad}`, `v1=whatever,${good}`])
      expect(await read(`t=${TIME},${hashes}`, BODY)).toMatchObject({ kind: 'kept' });
    expect(await read(`t=${TIME},${bad},${bad}`, BODY)).toEqual({ kind: 'forged' });
  });

  it.each([
    undefined,
    '',
    'v0=',
    `v0=${'a'.repeat(64)}`,
    `t=${TIME}`,
    `t=${TIME},v0=${'a'.repeat(63)}`,
    `t=${TIME},v0=${'g'.repeat(64)}`,
    `t=,v0=${'a'.repeat(64)}`,
    `t=soon,v0=${'a'.repeat(64)}`,
    `t=-5,v0=${'a'.repeat(64)}`,
    `t=1,t=2,v0=${'a'.repeat(64)}`,
    `t=${TIME}${Array.from({ length: 9 }, () => `,v0=${'a'.repeat(64)}`).join('')}`,
  ])('is not read out of %j', (header) => {
    expect(readSignature(header)).toBeUndefined();
  });

  it('holds for half an hour in both directions', () => {
    const signature = readSignature(`t=${TIME},v0=${'a'.repeat(64)}`);
    if (!signature) throw new Error('it has the right form');
    const at = (seconds: number): boolean => isTimely(signature, (TIME + seconds) * 1000);
    expect([-1801, -1800, 0, 1800, 1801].map((seconds) => at(seconds))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a large body', () => {
  const mp3 = Buffer.alloc(MEGABYTE, 'QUJD');

  it('of sound is checked whole and not kept', async () => {
    const start = Buffer.from('{"type": "post_call_audio", "data":{"full_audio":"');
    const { header, body } = large([start, ...Array.from({ length: 20 }, () => mp3), Buffer.from('"}}')]);
    expect(await read(header, body)).toEqual({ kind: 'audio' });
  });

  it('of sound is refused when its last byte is another', async () => {
    const start = Buffer.from('{"type":"post_call_audio","data":{"full_audio":"');
    const { header } = large([start, mp3, Buffer.from('"}}')]);
    expect(await read(header, Readable.from([start, mp3, Buffer.from('"}]')]))).toEqual({ kind: 'forged' });
  });

  it('of a transcript is kept up to eight megabytes, and beyond that only checked', async () => {
    const start = Buffer.from('{"type":"post_call_transcription","data":"');
    const kept = large([start, ...Array.from({ length: 7 }, () => mp3), Buffer.from('"}')]);
    expect(await read(kept.header, kept.body)).toMatchObject({ kind: 'kept' });
    const tooLarge = large([start, ...Array.from({ length: 9 }, () => mp3), Buffer.from('"}')]);
    expect(await read(tooLarge.header, tooLarge.body)).toEqual({ kind: 'too-large' });
  });

  it('does not take more memory together with others than is set aside for all', async () => {
    const bodies = new SignedBodies();
    const start = Buffer.from('{"type":"post_call_transcription","data":"');
    const all = Array.from({ length: 12 }, () => large([start, ...Array.from({ length: 7 }, () => mp3)]));
    const claimed = (header: string) => readSignature(header) ?? { time: '', hashes: [] };
    const together = await Promise.all(
      all.map(({ header, body }) => bodies.read(body, SECRET, claimed(header))),
    );
    const kept = together.filter(({ kind }) => kind === 'kept').length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(10);
    // What was set aside is free again.
    const { header, body } = large([start, mp3]);
    expect(await bodies.read(body, SECRET, claimed(header))).toMatchObject({ kind: 'kept' });
  });

  it('is not read where many are read already, and again when one of these is done', async () => {
    const bodies = new SignedBodies();
    const claimed = readSignature(webhookSignature(SECRET, TIME, BODY)) ?? { time: '', hashes: [] };
    const open = Array.from({ length: MAX_READERS }, () => new Readable({ read: () => undefined }));
    const readers = open.map((body) => bodies.read(body, SECRET, claimed));
    await expect(bodies.read(Readable.from([BODY]), SECRET, claimed)).rejects.toMatchObject({
      code: 'too-many-bodies',
      status: 503,
    });
    open[0]?.push(null);
    expect(await readers[0]).toEqual({ kind: 'forged' });
    expect(await bodies.read(Readable.from([Buffer.from(BODY)]), SECRET, claimed)).toMatchObject({
      kind: 'kept',
    });
    for (const body of open) body.push(null);
    await Promise.all(readers);
  });

  it('that breaks off is a fault of the request', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('ECONNRESET'));
      },
    });
    const error = await read(webhookSignature(SECRET, TIME, BODY), broken).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CordboardError);
    expect(error).toMatchObject({ code: 'malformed-body' });
  });
});
