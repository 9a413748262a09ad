/**
 * The service between both simulators, with a recorded caller and a spoken agent. Everything is real but the vendors. Starts
 * and stops it all, places calls, and reports on each call that ends, whoever placed it.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ElevenLabsSimulator } from '../elevenlabs/elevenlabs-simulator.js';
import type { Observation } from '../observation.js';
import { callerClip } from '../sound/clips.js';
import { FliteVoice } from '../sound/flite.js';
import { TwilioSimulator } from '../twilio/twilio-simulator.js';
import { CallBook, type CallPage } from './call-book.js';
import { reportOf, type CallReport } from './call-report.js';
import { startInventory } from './inventory-server.js';
import { AGENT, AGENT_ID, CALLEE, CALLER, EXPECTED, OWN_NUMBER, STOCK, VARIABLES } from './scenario.js';
import { ServiceApi } from './service-api.js';
import { startService, type ServiceChild } from './service-child.js';

export interface SandboxOptions {
  /** Gives up starting. */
  readonly signal: AbortSignal;
  /** Where recordings are kept. Default: `recordings` in the working directory. */
  readonly recordings?: string;
  /** The service's program, see `ServiceOptions`. */
  readonly program?: string;
  /** Told each thing that happens in a call. */
  readonly onObservation: (page: CallPage, observation: Observation) => void;
  /** Told what a call came to, once it and its record are closed. */
  readonly onReport: (report: CallReport) => void;
  /** Told when a call could not be reported on. */
  readonly onReportFailed: (page: CallPage, error: unknown) => void;
  /** Takes each line that the service writes. */
  readonly onServiceLine: (line: string) => void;
}

interface Parts {
  readonly twilio: TwilioSimulator;
  readonly elevenlabs: ElevenLabsSimulator;
  readonly service: ServiceChild;
  readonly api: ServiceApi;
}

type Stop = () => Promise<void>;

/** The scripted call takes about 30 s. */
const LONGEST_CALL_MS = 90_000;
/** The record is closed by a callback, the agent's socket by a handshake, both a moment after the line went down. */
const CLOSED_WITHIN_MS = 5000;

export class Sandbox {
  readonly apiKey = randomBytes(24).toString('hex');
  private parts: Parts | undefined;
  private isStopping = false;
  private readonly stops: Stop[] = [];
  private readonly waiting = new Map<string, (report: CallReport) => void>();
  private readonly book = new CallBook((page, observation) => this.noted(page, observation));

  private constructor(private readonly options: SandboxOptions) {}

  /** @throws Error when a part does not start; everything that had been started is stopped by then. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    try {
      await sandbox.build();
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  /** Address of the service. */
  get url(): string {
    return this.started.service.url;
  }

  /** Resolves, in words, when the service ends by itself. */
  get serviceExited(): Promise<string> {
    return this.started.service.exited;
  }

  /** Places the scripted call over REST, as an application would, and waits for its end. @throws Error when it never ends */
  async call(): Promise<CallReport> {
    const { id } = await this.started.api.place({ to: CALLEE, variables: VARIABLES });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`The call did not end within ${LONGEST_CALL_MS / 1000} s.`)),
        LONGEST_CALL_MS,
      );
      // Once everything is stopped nothing else waits, and neither does this.
      timer.unref();
      this.waiting.set(id, (report) => {
        clearTimeout(timer);
        resolve(report);
      });
    });
  }

  /** Ends everything, in the order in which nobody misses anybody. May be called twice. */
  async stop(): Promise<void> {
    this.isStopping = true;
    for (const stop of this.stops.splice(0).toReversed()) await stop();
  }

  private get started(): Parts {
    if (!this.parts) throw new Error('the sandbox has not been started');
    return this.parts;
  }

  private async build(): Promise<void> {
    const { signal, onServiceLine, program } = this.options;
    const voice = await FliteVoice.start();
    this.stops.push(() => voice.stop());
    // Made before the call, so that synthesis disturbs no timing.
    for (const text of EXPECTED.agentTexts) await voice.speak(text);
    const inventory = await startInventory(STOCK);
    this.stops.push(() => inventory.stop());
    const observe = (observation: Observation): void => this.book.observe(observation);
    const twilio = await TwilioSimulator.start({ script: CALLER, clips: callerClip, observe });
    this.stops.push(() => twilio.stop());
    const elevenlabs = await ElevenLabsSimulator.start({
      agents: { [AGENT_ID]: AGENT },
      speak: (text) => voice.speak(text),
      observe,
    });
    this.stops.push(() => elevenlabs.stop());
    const variables = {
      API_KEYS: this.apiKey,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_PHONE_NUMBER: OWN_NUMBER,
      TWILIO_API_URL: twilio.url,
      ELEVENLABS_API_KEY: elevenlabs.apiKey,
      ELEVENLABS_AGENT_ID: AGENT_ID,
      ELEVENLABS_API_URL: elevenlabs.url,
      INVENTORY_API_URL: inventory.url,
      LOG_LEVEL: 'warn',
      DRAIN_TIMEOUT_SECONDS: '0',
    };
    const service = await startService({
      variables,
      signal,
      show: onServiceLine,
      ...(program ? { program } : {}),
    });
    this.stops.push(() => service.stop());
    this.parts = { twilio, elevenlabs, service, api: new ServiceApi(service.url, this.apiKey) };
  }

  private noted(page: CallPage, observation: Observation): void {
    // How calls break off when everything is taken down says nothing about the service.
    if (this.isStopping) return;
    this.options.onObservation(page, observation);
    if (observation.by !== 'twilio' || observation.what !== 'settled') return;
    this.report(page).catch((error: unknown) => {
      if (!this.isStopping) this.options.onReportFailed(page, error);
    });
  }

  private async report(page: CallPage): Promise<void> {
    const { twilio, elevenlabs, api } = this.started;
    const line = twilio.find(page.callSid);
    if (!line || page.callId === undefined) return;
    const conversation = elevenlabs.conversations.find(({ id }) => id === page.conversationId);
    // One that stays open is a fault that the report shows; waiting longer would only hide it.
    await conversation?.untilClosed(CLOSED_WITHIN_MS).catch(() => undefined);
    const record = await api.closedRecord(page.callId, CLOSED_WITHIN_MS);
    const folder = this.options.recordings ?? path.join(process.cwd(), 'recordings');
    // Somebody else's call may say what it likes.
    const awaited = this.waiting.get(record.id);
    const report = await reportOf({ page, line, conversation, record }, folder, awaited && EXPECTED);
    this.options.onReport(report);
    awaited?.(report);
    this.waiting.delete(record.id);
  }
}
