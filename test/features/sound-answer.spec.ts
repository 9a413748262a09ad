/** A sound over HTTP: ranges as players and caches ask for them, unknown lengths, and listeners who leave. */
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response as ExpressResponse } from 'express';
import { CordboardError } from '../../src/core/errors.js';
import { answerWith, slice, type Sound } from '../../src/recordings/sound-answer.js';

const BYTES = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const PIECES = [BYTES.subarray(0, 10), BYTES.subarray(10, 11), BYTES.subarray(11, 64), BYTES.subarray(64)];

async function* inPieces(): AsyncGenerator<Uint8Array> {
  yield* PIECES;
}

describe('a sound', () => {
  let server: Server;
  let url: string;
  let sound: Sound;
  let closed: number;
  let thrown: unknown;

  beforeEach(async () => {
    closed = 0;
    thrown = undefined;
    sound = {
      fileName: 'call_1.wav',
      etag: '"a-tag"',
      totalBytes: BYTES.length,
      bytes: (first, last) => slice(inPieces(), first, last - first + 1),
      close: () => Promise.resolve(void (closed += 1)),
    };
    const app = express();
    app.get('/sound', (request, response) => answerWith(sound, request, response));
    app.use((error: unknown, _request: Request, response: ExpressResponse, _next: NextFunction) => {
      thrown = error;
      if (!response.headersSent) response.status(error instanceof CordboardError ? error.status : 500).end();
    });
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sound`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = async (headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
    const response = await fetch(url, { headers, method });
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  };

  it.each([
    ['bytes=0-0', 0, 0],
    ['bytes=9-11', 9, 11],
    ['bytes=63-64', 63, 64],
    ['bytes=90-', 90, 99],
    ['bytes=-1', 99, 99],
    ['bytes=-1000', 0, 99],
    ['bytes=50-1000', 50, 99],
    // Two that touch are one.
    ['bytes=0-9,10-19', 0, 19],
  ])('gives the part %s', async (range, first, last) => {
    const { response, body } = await ask({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/100`);
    expect(response.headers.get('content-length')).toBe(String(last - first + 1));
    expect(body.equals(BYTES.subarray(first, last + 1))).toBe(true);
    expect(closed).toBe(1);
  });

  it.each(['bytes=0-1,50-51', 'bytes=', 'bytes=-', 'bytes=x-y', 'seconds=0-1', 'nonsense'])(
    'gives everything to %s',
    async (range) => {
      const { response, body } = await ask({ range });
      expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
      expect(body.equals(BYTES)).toBe(true);
    },
  );

  it.each(['bytes=100-', 'bytes=100-200', 'bytes=-0', 'bytes=7-3'])('refuses %s', async (range) => {
    const { response } = await ask({ range });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */100']);
    expect(thrown).toMatchObject({ code: 'bad-range' });
    expect(closed).toBe(1);
  });

  it.each([
    ['"a-tag"', 206],
    ['"another"', 200],
    ['W/"a-tag"', 200],
    ['Mon, 23 Nov 2026 10:00:00 GMT', 200],
  ])('gives a part under If-Range %s: %p', async (condition, status) => {
    expect((await ask({ range: 'bytes=0-1', 'if-range': condition })).response.status).toBe(status);
  });

  it('tells about itself without a body, and the name it is saved as', async () => {
    const { response, body } = await ask({}, 'HEAD');
    expect(body).toHaveLength(0);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'audio/wav',
      'content-length': '100',
      'accept-ranges': 'bytes',
      'content-disposition': 'inline; filename="call_1.wav"',
      etag: '"a-tag"',
    });
    const part = await ask({ range: 'bytes=10-' }, 'HEAD');
    expect([part.response.status, part.response.headers.get('content-length')]).toEqual([206, '90']);
    expect(closed).toBe(2);
  });

  it('is given whole, and says so, when nobody knows how long it is', async () => {
    sound = { ...sound, totalBytes: undefined };
    const { response, body } = await ask({ range: 'bytes=0-1' });
    expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, 'none']);
    expect(body.equals(BYTES)).toBe(true);
  });

  it('is let go of when its listener leaves, though the next piece never comes', async () => {
    let letGo: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (letGo = resolve));
    async function* stalling(): AsyncGenerator<Uint8Array> {
      yield BYTES.subarray(0, 10);
      await new Promise<never>(() => undefined);
    }
    sound = { ...sound, bytes: () => stalling(), close: () => Promise.resolve(letGo()) };
    const listener = get(url, (response) => response.once('data', () => listener.destroy()));
    listener.on('error', () => undefined);
    await left;
    expect(thrown).toBeUndefined();
  });

  it('that breaks off breaks off for the listener too, instead of looking whole', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield BYTES.subarray(0, 10);
      throw new Error('the disk is gone');
    }
    sound = { ...sound, bytes: () => breaking() };
    await expect(ask()).rejects.toThrow();
    expect(thrown).toMatchObject({ message: 'the disk is gone' });
    expect(closed).toBe(1);
  });
});
