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
  const [caller, called] = call.direction === 'inbound' ? [call.from, call.to] : [call.to, call.from];
  return { call_id: call.id, call_direction: call.direction, caller_phone: caller, called_phone: called };
}

function valid(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => variablesFault({ [name]: value }) === undefined),
  );
}
