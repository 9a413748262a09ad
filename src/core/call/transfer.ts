/**
 * A call that is handed to a person: what is on record about it, and how it changes. Pure; the dialling is Twilio's, and what is
 * asked of Twilio is decided elsewhere.
 */
import type { Call } from './call.js';

/** `cold`: joined as soon as the person picks up. `warm`: the person hears a summary alone and accepts with a key. */
export const TRANSFER_MODES = ['cold', 'warm'] as const;
export type TransferMode = (typeof TRANSFER_MODES)[number];

export const TRANSFER_OUTCOMES = [
  /** They talked, and one of them hung up. */
  'completed',
  'busy',
  'no-answer',
  /** The person picked up and did not accept. */
  'declined',
  /** Twilio could not ring the number, or did not take the request. */
  'failed',
  /** The call ended while it rang. */
  'canceled',
  /** The operator gave the caller back to the agent. */
  'returned',
] as const;
export type TransferOutcome = (typeof TRANSFER_OUTCOMES)[number];

/** In `by`, of a transfer that nobody asked for. */
export const BY_FALLBACK = 'fallback';

export interface CallTransfer {
  readonly id: string;
  readonly mode: TransferMode;
  /** E.164. */
  readonly to: string;
  /** Its name in TRANSFER_TARGETS, where it was chosen by that. */
  readonly target: string | null;
  /** Spoken to the caller before it rings. */
  readonly message: string | null;
  /** Spoken to the person alone. */
  readonly summary: string | null;
  /** Fingerprint of the API key that asked for it, `agent`, or `fallback`: no agent was to be had. */
  readonly by: string;
  /** The carrier's ids of the persons' legs that were answered, of this and of earlier transfers: each is billed as a call of its own. */
  readonly legs: readonly string[];
  readonly status: 'ringing' | 'talking' | 'ended';
  readonly outcome: TransferOutcome | null;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly connectedAt: number | null;
  readonly endedAt: number | null;
}

export type TransferEvent =
  | { readonly type: 'transfer.began'; readonly transfer: CallTransfer }
  /** The person has picked up and, where that is asked for, accepted. */
  | { readonly type: 'transfer.connected'; readonly transferId: string; readonly leg?: string | undefined }
  /** The dial is over. After `completed` so is the call; after any other outcome the line goes back to the agent. */
  | {
      readonly type: 'transfer.ended';
      readonly transferId: string;
      readonly outcome: TransferOutcome;
      /** Only where it was answered. */
      readonly leg?: string | undefined;
    };

export function isTransferEvent(event: { readonly type: string }): event is TransferEvent {
  return event.type.startsWith('transfer.');
}

/** Whether the line is with a person, or on its way to one, and so with no agent. */
export function isAway({ transfer }: Pick<Call, 'transfer'>): boolean {
  return transfer !== null && transfer.status !== 'ended';
}

/** What of the record changes; undefined when the event is late, doubled or about another transfer. */
export function transferChange(
  call: Call,
  event: TransferEvent,
  now: number,
): Pick<Call, 'transfer'> | Pick<Call, 'transfer' | 'endReason'> | undefined {
  if (event.type === 'transfer.began') {
    const isPossible = call.status === 'in-progress' && call.endReason === null && !isAway(call);
    return isPossible ? { transfer: event.transfer } : undefined;
  }
  const { transfer } = call;
  if (transfer === null || transfer.id !== event.transferId || !isAway(call)) return undefined;
  const { leg } = event;
  const legs = leg === undefined || transfer.legs.includes(leg) ? transfer.legs : [...transfer.legs, leg];
  if (event.type === 'transfer.connected')
    return transfer.status === 'talking'
      ? undefined
      : { transfer: { ...transfer, legs, status: 'talking', connectedAt: now } };
  const ended = {
    transfer: { ...transfer, legs, status: 'ended', outcome: event.outcome, endedAt: now } as const,
  };
  const isCallOver = event.outcome === 'completed' && call.endReason === null;
  return isCallOver ? { ...ended, endReason: 'transferred' } : ended;
}

/** What the end of the call makes of a transfer under way. */
export function transferAtEnd(transfer: CallTransfer | null, now: number): CallTransfer | null {
  if (transfer === null || transfer.status === 'ended') return transfer;
  const outcome = transfer.status === 'talking' ? 'completed' : 'canceled';
  return { ...transfer, status: 'ended', outcome, endedAt: now };
}
