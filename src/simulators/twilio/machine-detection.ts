/**
 * Answering machine detection as the script wants it: in silence before the document, or beside it with a callback. Nothing is
 * listened to.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CallWebhooks } from './call-webhooks.js';
import type { SimulatedCall } from './simulated-call.js';

/**
 * @param beside runs work next to the call
 * @returns the fields that the first voice request carries; none, when the detection goes on beside it
 */
export async function detectMachine(
  call: SimulatedCall,
  webhooks: CallWebhooks,
  beside: (work: () => Promise<void>) => void,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { machineDetection } = call.request;
  if (!machineDetection) return {};
  const { answeredBy, afterMs } = call.script.detection ?? { answeredBy: 'human', afterMs: 0 };
  const result = { AnsweredBy: answeredBy, MachineDetectionDuration: String(afterMs) };
  const verdict = async (): Promise<void> => {
    await delay(afterMs, undefined, { signal });
    call.answeredBy = answeredBy;
    call.note('machine-detection', { answeredBy });
  };
  if (!machineDetection.isAsync) {
    await verdict();
    return result;
  }
  const { callback } = machineDetection;
  if (!callback) call.warn(21262, 'nobody is told what the detection finds');
  beside(async () => {
    await verdict();
    if (!callback) return;
    const params = { CallSid: call.sid, AccountSid: call.accountSid, ...result };
    webhooks.track(webhooks.tell({ kind: 'amd', ...callback, params }));
  });
  return {};
}
