/**
 * Everything that can be set on the ElevenLabs simulator, with its defaults. Types and constants only.
 */
import type { Observer } from '../observation.js';
import type { AgentScript } from './agent-script.js';
import { checkPostCallWebhook, type PostCallWebhook } from './post-call-webhook.js';
import { toneSpeech } from './tone-speech.js';

/** Turns a text into mu-law, 8000 Hz, mono. `voice` is the voice_id override, when the client sent one. */
export type Speak = (text: string, voice?: string) => Buffer | Promise<Buffer>;

export interface SimulatorTiming {
  /**
   * How long a conversation waits for the client's initiation before it starts without. Default 1000. That the real server
   * starts without one is verified by a vendor's sample; how long it waits is not.
   */
  readonly initiationGraceMs: number;
  /** Between `ping` events; the first goes out at once. Default 3000; the real interval is not published. */
  readonly pingIntervalMs: number;
  /** Without input from the client for that long: close 1002. Default 60000 (verified). */
  readonly receiveTimeoutMs: number;
  /** A client tool that was not answered for that long counts as failed. Default 20000 (the tool setting's default, verified). */
  readonly toolTimeoutMs: number;
  /** From `end_call`'s tool response to close 1000. Default 50; the real delay is not known. */
  readonly endCallDelayMs: number;
  /** A signed URL can start a conversation for that long. Default 900000 (verified). */
  readonly signedUrlLifetimeMs: number;
  /** Between two bursts of audio. Default 15, so that a chunk of 250 to 1000 ms comes many times faster than it plays. */
  readonly burstGapMs: number;
  /** An ended conversation reads `processing` for that long, without cost and analysis. Default 500; the real time is not published. */
  readonly processingMs: number;
  /** Rules of hearing, in milliseconds of audio: see `CallerEarOptions`. Defaults 100, 600, 200. */
  readonly speechStartMs: number;
  readonly endOfTurnMs: number;
  readonly bargeInMs: number;
}

const DEFAULT_TIMING: SimulatorTiming = {
  initiationGraceMs: 2000,
  pingIntervalMs: 3000,
  receiveTimeoutMs: 60_000,
  toolTimeoutMs: 20_000,
  endCallDelayMs: 50,
  signedUrlLifetimeMs: 15 * 60_000,
  burstGapMs: 15,
  processingMs: 500,
  speechStartMs: 100,
  endOfTurnMs: 600,
  bargeInMs: 200,
};

/** Has the form of a real key and opens nothing but the simulator. */
export const SIMULATED_API_KEY = `sk_${'c0dbad'.repeat(8)}`;

/** The standard price of the vendor's docs on bursts. */
const LIST_USD_PER_MINUTE = 0.08;

/** Sizes seen by third parties run from about 250 ms up; no pattern is published, so the simulator takes these in turn. */
const DEFAULT_CHUNKS_MS: readonly number[] = [250, 500, 1000, 750];

export interface SimulatorOptions {
  /** Default 0: a free port, told by `url`. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The key that REST calls must carry. Default `SIMULATED_API_KEY`. */
  readonly apiKey?: string;
  /** Scripts by agent id. */
  readonly agents?: Readonly<Record<string, AgentScript>>;
  /** The script of every agent that is not in `agents`. Without it an unknown agent is 404. */
  readonly script?: AgentScript;
  /** Default `toneSpeech`. */
  readonly speak?: Speak;
  readonly observe?: Observer;
  /** False makes every agent public: a socket with `agent_id` alone is accepted. Default true. */
  readonly requireSignedUrl?: boolean;
  /** Lengths of audio chunks, taken in turn; whole milliseconds from 1. Default 250, 500, 1000, 750. */
  readonly chunksMs?: readonly number[];
  /** Send character timings with the audio. Default false. */
  readonly alignment?: boolean;
  /** Keep the audio of both directions in the conversation. Default true; false for long load tests, lengths are still told. */
  readonly keepAudio?: boolean;
  /** USD for a minute of connection time. Default 0.08, the vendor's list price. */
  readonly costUsdPerMinute?: number;
  /** Told of every conversation after it was processed. Default: nobody is told. */
  readonly postCallWebhook?: PostCallWebhook;
  readonly timing?: Partial<SimulatorTiming>;
}

export interface SimulatorSettings {
  readonly port: number;
  readonly host: string;
  readonly apiKey: string;
  readonly agents: Readonly<Record<string, AgentScript>>;
  readonly script: AgentScript | undefined;
  readonly speak: Speak;
  readonly observe: Observer;
  readonly requireSignedUrl: boolean;
  readonly chunksMs: readonly number[];
  readonly alignment: boolean;
  readonly keepAudio: boolean;
  readonly costUsdPerMinute: number;
  readonly postCallWebhook: PostCallWebhook | undefined;
  readonly timing: SimulatorTiming;
}

function checkOptions(options: SimulatorOptions): void {
  const { script, agents, chunksMs = DEFAULT_CHUNKS_MS, postCallWebhook } = options;
  if (!script && Object.keys(agents ?? {}).length === 0) {
    throw new RangeError(
      'The ElevenLabs simulator has no agent: give `script`, or `agents` with at least one.',
    );
  }
  if (chunksMs.length === 0 || chunksMs.some((ms) => !Number.isInteger(ms) || ms < 1)) {
    throw new RangeError(`chunksMs: expected whole milliseconds from 1, got [${chunksMs.join(', ')}].`);
  }
  if (postCallWebhook) checkPostCallWebhook(postCallWebhook);
}

/** @throws RangeError when there is no agent at all, a chunk length is not a positive whole number, or a webhook cannot be sent. */
export function settingsFrom(options: SimulatorOptions): SimulatorSettings {
  checkOptions(options);
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    apiKey: options.apiKey ?? SIMULATED_API_KEY,
    agents: options.agents ?? {},
    script: options.script,
    speak: options.speak ?? toneSpeech,
    observe: options.observe ?? (() => undefined),
    requireSignedUrl: options.requireSignedUrl ?? true,
    chunksMs: options.chunksMs ?? DEFAULT_CHUNKS_MS,
    alignment: options.alignment ?? false,
    keepAudio: options.keepAudio ?? true,
    costUsdPerMinute: options.costUsdPerMinute ?? LIST_USD_PER_MINUTE,
    postCallWebhook: options.postCallWebhook,
    timing: { ...DEFAULT_TIMING, ...options.timing },
  };
}
