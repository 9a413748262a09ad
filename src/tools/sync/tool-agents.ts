/**
 * Which agents get the tools: those that are named, those of the environment, or the default agent.
 */
import type { Environment } from '../../config/environment.js';
import { CordboardError } from '../../core/errors.js';

/** @throws CordboardError `bad-input` when there is none */
export function agentIdsOf(
  { TOOLS_AGENT_IDS, ELEVENLABS_AGENT_ID }: Pick<Environment, 'TOOLS_AGENT_IDS' | 'ELEVENLABS_AGENT_ID'>,
  named: readonly string[] | undefined,
): string[] {
  const one = ELEVENLABS_AGENT_ID === undefined ? [] : [ELEVENLABS_AGENT_ID];
  const ids = [...new Set(named ?? TOOLS_AGENT_IDS ?? one)];
  if (ids.length > 0) return ids;
  const message = 'no agent is named; name some, or set TOOLS_AGENT_IDS or ELEVENLABS_AGENT_ID';
  throw new CordboardError('bad-input', `agentIds: ${message}`, [{ field: 'agentIds', message }]);
}
