/**
 * What one call came to: measured from both simulators and the service's own record. No number here is written down by hand.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SimulatedConversation } from '../elevenlabs/simulated-conversation.js';
import { stereoMulawWav } from '../sound/wav.js';
import type { SimulatedCall } from '../twilio/simulated-call.js';
import type { CallPage } from './call-book.js';
import { cutInsOf, passageOf, type CutIn, type Passage } from './figures.js';
import type { Expected } from './scenario.js';
import type { CallRecord } from './service-api.js';
import { faultsOf, type CallOutcome } from './verdict.js';

export interface PlayedCall {
  readonly page: CallPage;
  readonly line: SimulatedCall;
  /** Undefined when no agent came to it. */
  readonly conversation: SimulatedConversation | undefined;
  readonly record: CallRecord;
}

export interface CallReport {
  readonly page: CallPage;
  /** Name and value of each figure. */
  readonly rows: readonly (readonly [string, string])[];
  /** What did not go as scripted; undefined for a call of which nothing was expected. */
  readonly faults: readonly string[] | undefined;
}

/** What the caller sends while the agent's word that it ends the call is on its way need not reach anybody. */
const LAST_FRAMES_MS = 100;
const BYTES_PER_S = 8000;

/**
 * @param folder where recordings are kept; made when it is missing
 * @param expected what the call is held against, if against anything
 */
export async function reportOf(
  call: PlayedCall,
  folder: string,
  expected: Expected | undefined,
): Promise<CallReport> {
  const { page, line, conversation, record } = call;
  const rows: [string, string][] = [['ended', endOf(record)]];
  if (!conversation)
    return { page, rows, faults: expected && ['the call had no agent', ...unfinishedOf(line)] };
  const outcome = outcomeOf(call, conversation);
  const voices = page.observations.filter(({ what }) => what === 'caller-speaks').map(({ atMs }) => atMs);
  rows.unshift(
    ['first audio', firstAudio(page, line)],
    ...passageRows('caller → agent', outcome.upward, 'frames'),
    ...passageRows('agent → caller', outcome.downward, 'chunks'),
    ...cutInsOf(voices, conversation.interruptions, line.cleared).map(cutInRow),
  );
  rows.push(['recording', `${await saved(line, folder, record.id)} (left: caller, right: agent as heard)`]);
  return { page, rows, faults: expected && faultsOf(outcome, expected) };
}

function outcomeOf({ page, line, record }: PlayedCall, conversation: SimulatedConversation): CallOutcome {
  const closing =
    page.observations.find(({ what }) => what === 'end-call')?.atMs ?? conversation.end?.atMs ?? Infinity;
  const heard = line.streams.flatMap(({ played }) => played.map(({ playedBytes }) => playedBytes));
  return {
    status: record.status,
    endReason: record.endReason,
    upward: passageOf(line.sentFrames, conversation.receivedAudio, {
      openUntilMs: closing - LAST_FRAMES_MS,
      // Until the agent was ready the service held the caller's first words back for it.
      measuredFromMs: conversation.receivedAudio[0]?.atMs ?? Infinity,
    }),
    downward: passageOf(conversation.sentAudio, line.received),
    heardBytes: sumOf(heard),
    clearedBytes: sumOf(line.cleared.map(({ bytes }) => bytes)),
    interruptions: conversation.interruptions.length,
    clears: line.cleared.length,
    toolResults: conversation.toolResults.map(({ result, is_error: isError }) => ({ result, isError })),
    agentTexts: conversation.turns.filter(({ role }) => role === 'agent').map(({ text }) => text),
    unfinished: unfinishedOf(line, conversation),
    warnings: line.warnings.map(({ code, detail }) => `${code} ${detail}`),
  };
}

function unfinishedOf(...scripts: readonly { assertFinished(): void }[]): string[] {
  return scripts.flatMap((script) => {
    try {
      script.assertFinished();
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

function endOf({ status, endReason, durationSeconds, failure }: CallRecord): string {
  const reason = endReason === null ? '' : `, ${endReason}`;
  const duration = durationSeconds === null ? '' : `, ${durationSeconds} s`;
  return `${status}${reason}${duration}${failure ? ` (${failure.code}: ${failure.detail})` : ''}`;
}

function firstAudio(page: CallPage, line: SimulatedCall): string {
  const answered = page.observations.find(({ what }) => what === 'answered');
  const first = line.received[0];
  if (!answered || !first) return 'the agent was never heard';
  return `${(first.atMs - answered.atMs).toFixed(0)} ms after the answer the agent's voice is on the line`;
}

/** @param unit what the pieces are, in the plural */
export function passageRows(way: string, passage: Passage, unit: string): [string, string][] {
  const { pieces, bytes, lostBytes, exact, exactBytes, delayMs } = passage;
  if (bytes === 0) return [[way, 'nothing arrived']];
  const amount = `${pieces} ${unit}, ${bytes} bytes`;
  // Behind the first wrong byte nobody knows which piece is which, so neither loss nor delay is claimed.
  if (!exact) return [[way, `${amount}, NOT BIT-EXACT after ${exactBytes} of them`]];
  const lost = lostBytes === 0 ? 'none lost' : `${lostBytes} BYTES LOST`;
  const { p50, p99, max } = delayMs;
  return [
    [way, `${amount}, ${lost}, bit-exact`],
    ['  added delay', `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, most ${max.toFixed(2)} ms`],
  ];
}

function cutInRow({ voiceToSilenceMs, relayMs, clearedBytes }: CutIn): [string, string] {
  const cleared = `${(clearedBytes / BYTES_PER_S).toFixed(1)} s cleared`;
  return [
    'caller cuts in',
    `line silent after ${voiceToSilenceMs.toFixed(0)} ms, ${relayMs.toFixed(2)} ms of them added here; ${cleared}`,
  ];
}

async function saved(line: SimulatedCall, folder: string, id: string): Promise<string> {
  const { caller, agent } = line.recording();
  const file = path.join(folder, `${id}.wav`);
  await mkdir(folder, { recursive: true });
  await writeFile(file, stereoMulawWav(caller, agent));
  return file;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
