/**
 * The service between both simulators, with a recorded caller and a spoken agent. Everything is real but the vendors.
 */
import { randomBytes } from 'node:crypto';
import { ElevenLabsSimulator } from '../elevenlabs/elevenlabs-simulator.js';
import type { Observation } from '../observation.js';
import { callerClip } from '../sound/clips.js';
import { FliteVoice } from '../sound/flite.js';
import { TwilioSimulator } from '../twilio/twilio-simulator.js';
import { reportOf, type CallRecord, type CallReport } from './call-report.js';
import { startInventory, type InventoryServer } from './inventory-server.js';
import type { Printer } from './printer.js';
import { AGENT, CALLEE, CALLER, STOCK, VARIABLES } from './scenario.js';
import { startService, type ServiceChild } from './service-child.js';

const AGENT_ID = 'agent_card_shop';
const LONGEST_CALL_MS = 90_000;
const RECORD_WITHIN_MS = 5000;

export class Sandbox {
  private seen: Observation[] = [];

  private constructor(
    private readonly printer: Printer,
    private readonly voice: FliteVoice,
    private readonly inventory: InventoryServer,
    private readonly twilio: TwilioSimulator,
    private readonly elevenlabs: ElevenLabsSimulator,
    readonly service: ServiceChild,
  ) {}

  static async start(printer: Printer): Promise<Sandbox> {
    const voice = await FliteVoice.start();
    const inventory = await startInventory();
    let sandbox: Sandbox | undefined;
    const observe = (observation: Observation): void => sandbox?.observe(observation);
    const twilio = await TwilioSimulator.start({ script: CALLER, clips: callerClip, observe });
    const elevenlabs = await ElevenLabsSimulator.start({
      agents: { [AGENT_ID]: AGENT },
      speak: (text) => voice.speak(text),
      observe,
    });
    await rehearse(voice);
    const service = await startService(
      {
        TWILIO_ACCOUNT_SID: twilio.accountSid,
        TWILIO_AUTH_TOKEN: twilio.authToken,
        TWILIO_PHONE_NUMBER: '+14155550100',
        TWILIO_API_URL: twilio.url,
        ELEVENLABS_API_KEY: elevenlabs.apiKey,
        ELEVENLABS_AGENT_ID: AGENT_ID,
        ELEVENLABS_API_URL: elevenlabs.url,
        INVENTORY_API_URL: inventory.url,
      },
      randomBytes(24).toString('hex'),
      (line) => printer.line(`service  ${line}`),
    );
    sandbox = new Sandbox(printer, voice, inventory, twilio, elevenlabs, service);
    return sandbox;
  }

  /** Places the scripted call over REST, as an application would. */
  async place(): Promise<void> {
    const response = await this.request('POST', '/calls', { to: CALLEE, variables: VARIABLES });
    if (response.status !== 201)
      throw new Error(`POST /calls answered ${response.status}: ${await response.text()}`);
  }

  /** Waits for the next call, whoever placed it, and tells what it came to. */
  async follow(): Promise<CallReport> {
    const conversation = await this.elevenlabs.nextConversation(LONGEST_CALL_MS);
    const line = this.twilio.calls.at(-1);
    if (!line) throw new Error('there is an agent and no call');
    await line.settled(LONGEST_CALL_MS);
    await conversation.untilClosed(LONGEST_CALL_MS);
    const record = await this.recordOf(line.sid);
    const report = await reportOf(line, conversation, record, this.seen);
    this.seen = [];
    return report;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.twilio.stop();
    await this.elevenlabs.stop();
    await this.inventory.stop();
    await this.voice.stop();
  }

  private observe(observation: Observation): void {
    this.seen.push(observation);
    this.printer.observe(observation);
  }

  /** The record is closed by a callback, a moment after the line went down. */
  private async recordOf(twilioCallSid: string): Promise<CallRecord> {
    const until = Date.now() + RECORD_WITHIN_MS;
    for (;;) {
      const { data } = (await (await this.request('GET', '/calls')).json()) as {
        data: (CallRecord & { twilioCallSid: string; endedAt: string | null })[];
      };
      const record = data.find((call) => call.twilioCallSid === twilioCallSid);
      if (record && (record.endedAt !== null || Date.now() > until)) return record;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.service.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** Everything that the agent will say is made before the call, so that synthesis disturbs no timing. */
async function rehearse(voice: FliteVoice): Promise<void> {
  const [first, second] = Object.entries(STOCK).map(([item, facts]) => ({ item, ...facts }));
  const fill = (text: string): string =>
    text.replaceAll(/\{\{(\w+)(?:\.(\w+))?\}\}/g, (_all, name: string, field?: string) => {
      if (field === undefined) return VARIABLES[name as keyof typeof VARIABLES] ?? '';
      const from = name === 'first' ? first : second;
      return String(from?.[field as keyof typeof from] ?? '');
    });
  const texts = [
    AGENT.firstMessage,
    ...AGENT.steps.flatMap((step) => (step.step === 'speaks' ? [step.text] : [])),
  ];
  for (const text of texts) await voice.speak(fill(text));
}
