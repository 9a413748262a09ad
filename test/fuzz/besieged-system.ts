/**
 * The service under attack: real sockets, a line and an agent that say what they are told, and a witness call that
 * must not notice. What nobody catches fails the test that runs: Jest listens for it on the real process, which tests cannot.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { WebSocket } from 'ws';
import { WholeSystem } from '../support/whole-system.js';
import type { Line } from './line.js';
import { StandInAgent } from './stand-in-agent.js';
import { Witness } from './witness.js';

export class BesiegedSystem {
  private readonly witnesses: Witness[] = [];
  private opening: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly system: WholeSystem,
    readonly agent: StandInAgent,
  ) {}

  static async start(
    variables: Readonly<Record<string, string>> = {},
    modules: NonNullable<DynamicModule['imports']> = [],
  ): Promise<BesiegedSystem> {
    const agent = await StandInAgent.open();
    const system = await WholeSystem.start({
      agent: { firstMessage: 'Never asked', steps: [] },
      modules,
      variables: {
        ELEVENLABS_API_URL: agent.url,
        ELEVENLABS_WEBHOOK_SECRET: 'wsec_of_the_fuzz_tests',
        MAX_CONCURRENT_CALLS: '100000',
        API_REQUESTS_PER_MINUTE: '10000000',
        ...variables,
      },
    });
    return new BesiegedSystem(system, agent);
  }

  async stop(): Promise<void> {
    for (const witness of this.witnesses) witness.stop();
    await this.system.stop();
    await this.agent.close();
  }

  sign(url: string, params: Readonly<Record<string, string>> = {}): string {
    const text = Object.keys(params)
      .toSorted()
      .reduce((all, name) => all + name + params[name], url);
    return createHmac('sha1', this.system.twilio.authToken).update(text).digest('base64');
  }

  /** One after the other, since the agent's sockets do not say whose they are. */
  openLine(): Promise<Line> {
    const line = this.opening.then(() => this.open());
    this.opening = line.catch(() => undefined);
    return line;
  }

  async witness(): Promise<Witness> {
    const witness = Witness.on(await this.openLine());
    this.witnesses.push(witness);
    return witness;
  }

  private async open(): Promise<Line> {
    const callSid = `CA${randomBytes(16).toString('hex')}`;
    const streamSid = `MZ${randomBytes(16).toString('hex')}`;
    const params = { CallSid: callSid, From: '+14155550123', To: '+14155550100', Direction: 'inbound' };
    const address = `${this.system.url}/twiml?agentId=agent_1`;
    const twiml = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': this.sign(address, params),
      },
      body: new URLSearchParams(params),
    });
    const stream = /<Stream url="([^"]+)"/.exec(await twiml.text())?.[1] ?? '';
    const talked = this.agent.nextTalk();
    const socket = new WebSocket(stream, { headers: { 'x-twilio-signature': this.sign(stream) } });
    const received: string[] = [];
    let isOver = false;
    socket.on('message', (frame: Buffer) => void received.push(frame.toString('utf8')));
    socket.on('error', () => undefined);
    socket.on('close', () => (isOver = true));
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('close', reject);
    });
    const { accountSid } = this.system.twilio;
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const start = { accountSid, streamSid, callSid, tracks: ['inbound'], customParameters: {}, mediaFormat };
    socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', streamSid, start }));
    const talk = await talked;
    await talk.until(({ heard }) => heard.some(({ type }) => type === 'conversation_initiation_client_data'));
    return { socket, talk, callSid, streamSid, received, isOver: () => isOver };
  }
}
