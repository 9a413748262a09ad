/** Twilio's sound behind the port: channels, ranges that it takes or not, and listeners who leave. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { CarrierMedia } from '../../src/core/call/carrier-recordings.js';
import { TwilioRecordings } from '../../src/recordings/twilio-recordings.js';
import { environmentWith } from '../support/builders.js';

const SID = `RE${'0'.repeat(31)}1`;
const SOUND = Buffer.from(Array.from({ length: 50 }, (_, at) => at));

describe('a recording at Twilio', () => {
  let server: Server;
  let recordings: TwilioRecordings;
  let asked: { readonly channels: string | null; readonly range: string | undefined }[];
  let answer: (request: IncomingMessage, response: ServerResponse, channels: string | null) => void;

  beforeEach(async () => {
    asked = [];
    answer = (_request, response) => response.writeHead(200, { 'content-length': 50 }).end(SOUND);
    server = createServer((request, response) => {
      const channels = new URL(request.url ?? '', 'http://twilio').searchParams.get('RequestedChannels');
      asked.push({ channels, range: request.headers.range });
      answer(request, response, channels);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    recordings = new TwilioRecordings(environmentWith({ TWILIO_API_URL: `http://127.0.0.1:${port}` }));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const soundOf = async (media: CarrierMedia | undefined): Promise<Buffer> =>
    buffer(Readable.from(media?.body ?? [], { objectMode: false }));

  it('is asked for in two channels, and in one where it has only one', async () => {
    answer = (_request, response, channels) =>
      channels === '2' ? response.writeHead(400).end() : response.writeHead(200).end(SOUND);
    const media = await recordings.fetch(SID);
    expect((await soundOf(media)).equals(SOUND)).toBe(true);
    expect(asked.map(({ channels }) => channels)).toEqual(['2', '1']);
  });

  it('gives the part that was asked for, where Twilio takes ranges', async () => {
    answer = (_request, response) =>
      response
        .writeHead(206, { 'content-range': 'bytes 10-19/50', 'content-length': 10 })
        .end(SOUND.subarray(10, 20));
    const media = await recordings.fetch(SID, 'bytes=10-19');
    expect(media).toMatchObject({ totalBytes: 50, part: { first: 10, last: 19 } });
    expect((await soundOf(media)).equals(SOUND.subarray(10, 20))).toBe(true);
    expect(asked[0]?.range).toBe('bytes=10-19');
  });

  it('comes whole where Twilio does not take them', async () => {
    const media = await recordings.fetch(SID, 'bytes=10-19');
    expect(media).toMatchObject({ totalBytes: 50, part: undefined });
    media?.leave();
  });

  it('comes whole when the range lies outside, so that its length can be told', async () => {
    answer = ({ headers }, response) =>
      headers.range === undefined
        ? response.writeHead(200, { 'content-length': 50 }).end(SOUND)
        : response.writeHead(416).end();
    expect(await recordings.fetch(SID, 'bytes=99-')).toMatchObject({ totalBytes: 50, part: undefined });
  });

  it.each([
    [404, undefined],
    [401, 'carrier-refused'],
    [416, 'carrier-refused'],
    [429, 'carrier-unreachable'],
    [500, 'carrier-unreachable'],
  ])('is nothing, or an error with a code, when Twilio answers %p', async (status, code) => {
    answer = (_request, response) => response.writeHead(status).end();
    const fetched = recordings.fetch(SID);
    if (code === undefined) expect(await fetched).toBeUndefined();
    else await expect(fetched).rejects.toMatchObject({ code });
  });

  it('is never asked for by an id that is none', async () => {
    await expect(recordings.fetch('../Calls')).rejects.toMatchObject({ code: 'not-found' });
    expect(asked).toEqual([]);
  });

  it('is left while Twilio stalls: the request to Twilio ends, and nothing is thrown at anybody', async () => {
    let hungUp: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (hungUp = resolve));
    answer = (_request, response) => {
      response.on('close', hungUp);
      response.writeHead(200, { 'content-length': 50 }).write(SOUND.subarray(0, 10));
    };
    const media = await recordings.fetch(SID);
    const pieces = media?.body[Symbol.asyncIterator]();
    await pieces?.next();
    const waits = pieces?.next();
    media?.leave();
    media?.leave();
    await expect(waits).rejects.toThrow();
    await ended;
  });
});
