/**
 * The callers' side of the load: media streams like Twilio's. A line to the service is opened as Twilio opens it, by a signed voice
 * request and the token in its answer; a line to another relay by its address.
 */
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { decodeCell, type Cell } from './cell.js';

export interface Account {
  readonly sid: string;
  readonly token: string;
}

export interface Line {
  readonly call: number;
  readonly socket: WebSocket;
  send(base64: string): void;
}

export interface LineEvents {
  audio(call: number, cell: Cell): void;
  cleared(call: number): void;
}

/** Of Twilio's frames, and of an agent's, which a relay that understands nothing lets through. */
const AUDIO = ['"payload":"', '"audio_base_64":"'];

function hex(call: number): string {
  return call.toString(16).padStart(32, '0');
}

function sign(account: Account, url: string, params: Readonly<Record<string, string>> = {}): string {
  const text = Object.keys(params)
    .toSorted()
    .reduce((all, name) => all + name + params[name], url);
  return createHmac('sha1', account.token).update(text).digest('base64');
}

/** Where the service wants the stream of a call that comes in. */
export async function streamAddress(serviceUrl: string, account: Account, call: number): Promise<string> {
  const url = `${serviceUrl}/twiml`;
  const params = {
    CallSid: `CA${hex(call)}`,
    AccountSid: account.sid,
    From: '+14155550123',
    To: '+14155550100',
    Direction: 'inbound',
    CallStatus: 'ringing',
  };
  const answer = await post(url, account, params);
  const document = await answer.text();
  const address = /<Stream url="([^"]+)"/.exec(document)?.[1];
  if (address === undefined)
    throw new Error(`no stream in the answer ${answer.status}: ${document.slice(0, 200)}`);
  return address;
}

/** The caller hangs up: the stream is stopped, and the service is told that the call is over. */
export async function hangUp(serviceUrl: string, account: Account, { call, socket }: Line): Promise<void> {
  const stop = { accountSid: account.sid, callSid: `CA${hex(call)}` };
  socket.send(JSON.stringify({ event: 'stop', streamSid: `MZ${hex(call)}`, stop }));
  socket.close();
  const params = {
    CallSid: `CA${hex(call)}`,
    AccountSid: account.sid,
    CallStatus: 'completed',
    CallDuration: '10',
  };
  await post(`${serviceUrl}/twilio/status`, account, params);
}

function post(url: string, account: Account, params: Readonly<Record<string, string>>): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': sign(account, url, params),
    },
    body: new URLSearchParams(params),
  });
}

/** Resolves with the open line after its `start`. */
export async function openLine(
  address: string,
  account: Account,
  call: number,
  events: LineEvents,
): Promise<Line> {
  const socket = new WebSocket(address, {
    perMessageDeflate: false,
    headers: { 'x-twilio-signature': sign(account, address) },
  });
  const streamSid = `MZ${hex(call)}`;
  socket.on('error', () => undefined);
  socket.on('message', (frame: Buffer) => {
    const text = frame.toString('latin1');
    const mark = AUDIO.find((one) => text.includes(one));
    const cell = mark === undefined ? undefined : decodeCell(text, text.indexOf(mark) + mark.length);
    if (cell) events.audio(call, cell);
    else if (text.startsWith('{"event":"clear"')) events.cleared(call);
    // Played at once: a benchmark has no loudspeaker.
    else if (text.startsWith('{"event":"mark"')) socket.send(text);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('close', () => reject(new Error('the line was refused')));
  });
  let chunk = 0;
  socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
  const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
  const start = {
    accountSid: account.sid,
    streamSid,
    callSid: `CA${hex(call)}`,
    tracks: ['inbound'],
    mediaFormat,
    customParameters: {},
  };
  socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }));
  return {
    call,
    socket,
    send: (base64) => {
      chunk += 1;
      socket.send(
        `{"event":"media","sequenceNumber":"${chunk + 1}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * 20}","payload":"${base64}"},"streamSid":"${streamSid}"}`,
      );
    },
  };
}
