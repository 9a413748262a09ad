/**
 * All variables of a call at the moment its line starts. The record wins, because it has the types and was given with a key;
 * what the line brings joins in.
 */
import type { Call, Variables } from '../core/call/call.js';
import { variablesFault } from '../calls/variables.js';

export function joinVariables(
  call: Call,
  query: Readonly<Record<string, string>>,
  customParameters: Readonly<Record<string, string>>,
): Variables {
  return { ...valid(query), ...valid(customParameters), ...call.variables };
}

/**
 * What an agent can know of the line besides. On a raw socket ElevenLabs knows no phone call, so its own system__caller_id and
 * kin are not set.
 */
export function lineVariables(call: Call): Variables {
  return { ...partiesOf(call), ...backFrom(call) };
}

/** A line that comes back from a person who could not be reached. */
function backFrom({ transfer }: Call): Variables {
  if (!transfer || transfer.outcome === null) return {};
  return {
    transfer_outcome: transfer.outcome,
    ...(transfer.target === null ? {} : { transfer_target: transfer.target }),
  };
}

/** What an agent is told beside that; undefined while the line was with nobody else. */
export function noteOf({ transfer }: Call): string | undefined {
  if (!transfer || transfer.outcome === null) return undefined;
  const who = transfer.target ?? 'the person asked for';
  const why =
    transfer.outcome === 'returned'
      ? `The caller has spoken with a person and is given back to you.`
      : `The caller was to be put through to ${who}, who could not be reached (${transfer.outcome}).`;
  return `${why} It is the same caller as before.`;
}

function partiesOf(call: Call): Variables {
  const [caller, called] = call.direction === 'inbound' ? [call.from, call.to] : [call.to, call.from];
  return { call_id: call.id, call_direction: call.direction, caller_phone: caller, called_phone: called };
}

function valid(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => variablesFault({ [name]: value }) === undefined),
  );
}
