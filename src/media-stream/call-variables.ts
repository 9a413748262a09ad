/**
 * All variables of a call at the moment its line starts. The record wins, because it has the types and was given with a key;
 * what the line brings joins in; what the service knows of the line comes last.
 */
import type { Call, Variables } from '../core/call/call.js';
import { variablesFault } from '../calls/variables.js';

export function joinVariables(
  call: Call,
  query: Readonly<Record<string, string>>,
  customParameters: Readonly<Record<string, string>>,
): Variables {
  const far = call.direction === 'inbound' ? call.from : call.to;
  const near = call.direction === 'inbound' ? call.to : call.from;
  // On a raw socket ElevenLabs knows no phone call, so its own system__caller_id and kin are not set.
  const own: Variables = {
    call_id: call.id,
    call_direction: call.direction,
    caller_phone: far,
    called_phone: near,
  };
  return { ...own, ...valid(query), ...valid(customParameters), ...call.variables };
}

function valid(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => variablesFault({ [name]: value }) === undefined),
  );
}
