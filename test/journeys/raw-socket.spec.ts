/**
 * The service against a line that is written down by hand from Twilio's documentation, not played by our simulator.
 */
import { createHmac } from 'node:crypto';
import { WebSocket } from 'ws';
import { WholeSystem, eventually, isOver, type CallJson } from '../support/whole-system.js';

const CALL_SID = `CA${'a1'.repeat(16)}`;
const STREAM_SID = `MZ${'b2'.repeat(16)}`;

describe('a line written by hand', () => {
  let system: WholeSystem;
  const huge = Buffer.from('0123456789abcdef'.repeat(75_000)).toString('base64');

  beforeAll(async () => {
    system = await WholeSystem.start({
      agent: {
        firstMessage: 'Hi, {{name}} of {{city}}',
        steps: [
          {
            step: 'sends-raw',
            text: `{ "type": "audio",\n "audio_event": { "event_id": "9", "audio_base_64": "${huge}", "new_field": [] } }`,
          },
        ],
      },
    });
  });
  afterAll(() => system.stop());

  const sign = (url: string, params: Record<string, string> = {}): string =>
    createHmac('sha1', system.twilio.authToken)
      .update(
        Object.keys(params)
          .toSorted()
          .reduce((text, name) => text + name + params[name], url),
      )
      .digest('base64');

  it('brings variables by query and by parameters, spaced JSON, a frame of 1.6 MB, stays the only line of its call, and ends cleanly', async () => {
    const params = {
      CallSid: CALL_SID,
      From: '+14155550177',
      To: '+14155550100',
      Direction: 'inbound',
      CallStatus: 'ringing',
      CallerCity: '',
    };
    const twiml = await fetch(`${system.url}/twiml?greeting=hello%20there`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(`${system.url}/twiml?greeting=hello%20there`, params),
      },
      body: new URLSearchParams(params),
    });
    const document = await twiml.text();
    expect(twiml.headers.get('content-type')).toMatch('text/xml');
    expect(document).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?><Response><Connect action="[^"]+" method="POST"><Stream url="[^"]+"[^>]*><Parameter name="greeting" value="hello there"\/><\/Stream><\/Connect><Hangup\/><\/Response>$/,
    );
    const address = `${/<Stream url="([^"]+)"/.exec(document)?.[1]}?name=John`;
    const socket = new WebSocket(address, { headers: { 'x-twilio-signature': sign(address) } });
    const got: { event: string; media?: { payload: string }; mark?: { name: string } }[] = [];
    socket.on('message', (frame: Buffer) => void got.push(JSON.parse(frame.toString('utf8'))));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}');
    socket.send(
      `{ "sequenceNumber" : "1", "event" : "start", "streamSid" : "${STREAM_SID}", "start" : { "accountSid" : "${system.twilio.accountSid}", "streamSid" : "${STREAM_SID}", "callSid" : "${CALL_SID}", "tracks" : [ "inbound" ], "customParameters" : { "city" : "Bonn" }, "mediaFormat" : { "encoding" : "audio/x-mulaw", "sampleRate" : 8000, "channels" : 1 } } }`,
    );
    for (let chunk = 1; chunk <= 5; chunk += 1) {
      const payload = Buffer.alloc(160, chunk).toString('base64');
      socket.send(
        `{"event":"media","sequenceNumber":"${chunk + 1}","media":{"track":"inbound","chunk":"${chunk}","timestamp":"${chunk * 20}","payload":"${payload}"},"streamSid":"${STREAM_SID}"}`,
      );
    }

    const conversation = await system.elevenlabs.nextConversation();
    await conversation.untilTurns('agent', 1);
    await conversation.until('five frames', () => conversation.receivedAudioBytes >= 800);
    expect(conversation.initiation).toMatchObject({
      dynamic_variables: { name: 'John', city: 'Bonn', caller_phone: '+14155550177' },
    });
    expect(conversation.turns[0]?.text).toBe('Hi, John of Bonn');
    expect(
      Buffer.concat(conversation.receivedAudio.map(({ payload }) => payload)).equals(
        Buffer.concat([1, 2, 3, 4, 5].map((value) => Buffer.alloc(160, value))),
      ),
    ).toBe(true);

    const played = await eventually(
      () =>
        Promise.resolve(got.flatMap(({ media }) => (media ? [Buffer.from(media.payload, 'base64')] : []))),
      (pieces) => Buffer.concat(pieces).length >= conversation.sentAudioBytes + 1_200_000,
    );
    expect(Buffer.concat(played).subarray(-1_200_000).toString('base64')).toBe(huge);
    expect(got.filter(({ mark }) => mark).length).toBeGreaterThan(1);

    const again = await fetch(`${system.url}/twiml`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': sign(`${system.url}/twiml`, params),
      },
      body: new URLSearchParams(params),
    });
    const second = /<Stream url="([^"]+)"/.exec(await again.text())?.[1] ?? '';
    const refused = new WebSocket(second, { headers: { 'x-twilio-signature': sign(second) } });
    refused.on('error', () => undefined);
    const status = await new Promise((resolve) => {
      refused.once('unexpected-response', (_request, response) => resolve(response.statusCode));
      refused.once('open', () => resolve(101));
    });
    refused.terminate();
    expect(status).toBe(401);

    socket.send(
      `{"event":"stop","sequenceNumber":"7","streamSid":"${STREAM_SID}","stop":{"accountSid":"${system.twilio.accountSid}","callSid":"${CALL_SID}"}}`,
    );
    socket.close();
    await conversation.untilClosed();
    const record = await eventually(
      async () => (await system.request<{ data: CallJson[] }>('GET', '/calls')).body.data[0],
      (call) => call !== undefined && isOver(call),
    );
    expect(record).toMatchObject({
      endReason: 'caller-hung-up',
      streamSid: STREAM_SID,
      variables: { name: 'John', city: 'Bonn', greeting: 'hello there' },
    });
  });
});
