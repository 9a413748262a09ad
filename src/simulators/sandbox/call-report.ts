/**
 * What one call came to: measured from both simulators and the service's own record. No number here is written down by hand.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stereoMulawWav } from '../sound/wav.js';
import type { SimulatedConversation } from '../elevenlabs/simulated-conversation.js';
import type { Observation } from '../observation.js';
import type { SimulatedCall } from '../twilio/simulated-call.js';
import { passageOf, type Passage } from './figures.js';
import { EXPECTED } from './scenario.js';
import { faultsOf } from './verdict.js';

export interface CallReport {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
}

export interface CallRecord {
  readonly id: string;
  readonly status: string;
  readonly endReason: string | null;
  readonly failure: { readonly code: string; readonly detail: string } | null;
}

/** Frames that the caller sends while the agent says that it ends the call belong to nobody. */
const LAST_FRAMES_MS = 100;

export async function reportOf(
  line: SimulatedCall,
  conversation: SimulatedConversation,
  record: CallRecord,
  seen: readonly Observation[],
): Promise<CallReport> {
  const at = (what: string): number | undefined =>
    seen.find((observation) => observation.what === what)?.atMs;
  const closing = at('end-call') ?? conversation.end?.atMs ?? Infinity;
  const upward = passageOf(line.sentFrames, conversation.receivedAudio, closing - LAST_FRAMES_MS);
  const downward = passageOf(conversation.sentAudio, line.received);
  const faults = faultsOf(
    {
      status: record.status,
      endReason: record.endReason,
      upward,
      downward,
      interruptions: conversation.interruptions.length,
      clears: line.cleared.length,
      toolResults: conversation.toolResults.map(({ result, is_error: isError }) => ({ result, isError })),
      unfinished: [
        unfinished(() => line.assertFinished()),
        unfinished(() => conversation.assertFinished()),
      ].flat(),
      warnings: line.warnings.map(({ code, detail }) => `${code} ${detail}`),
    },
    EXPECTED,
  );
  const answered = at('answered') ?? 0;
  const heard = at('agent-audio-starts');
  const wav = await saveRecording(line, record.id);
  return {
    faults,
    lines: [
      `call             ${record.status}, ended by: ${record.endReason ?? '–'}${record.failure ? ` (${record.failure.code}: ${record.failure.detail})` : ''}`,
      `first audio      ${heard === undefined ? '–' : `${(heard - answered).toFixed(0)} ms after the answer`}`,
      passageLine('caller → agent', upward, 'frames'),
      passageLine('agent → caller', downward, 'chunks'),
      `cut in           ${conversation.interruptions.length} time(s), ${(line.cleared.reduce((sum, { bytes }) => sum + bytes, 0) / 8000).toFixed(1)} s of audio cleared`,
      `recording        ${wav}  (left the caller, right the agent as heard)`,
    ],
  };
}

function unfinished(assert: () => void): string[] {
  try {
    assert();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function passageLine(
  name: string,
  { pieces, bytes, lostBytes, exact, delayMs }: Passage,
  unit: string,
): string {
  const delay = `added delay p50 ${delayMs.p50.toFixed(2)} ms, p99 ${delayMs.p99.toFixed(2)} ms`;
  return `${name.padEnd(16)} ${pieces} ${unit}, ${bytes} bytes, lost ${lostBytes}, ${exact ? 'bit-exact' : 'NOT BIT-EXACT'}; ${delay}`;
}

async function saveRecording(line: SimulatedCall, id: string): Promise<string> {
  const { caller, agent } = line.recording();
  const path = join(process.cwd(), 'recordings', `${id}.wav`);
  await mkdir(join(process.cwd(), 'recordings'), { recursive: true });
  await writeFile(path, stereoMulawWav(caller, agent));
  return path;
}
