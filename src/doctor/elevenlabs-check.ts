/**
 * Looks at the key and the default agent at ElevenLabs; with `fix` sets what a phone line needs, and nothing else.
 */
import type { Environment } from '../config/environment.js';
import { agentFindings, agentFix } from './agent-check.js';
import { fault, ok, unknown, warning, type Finding } from './finding.js';
import { ask, type VendorAnswer } from './vendor-request.js';

export interface ElevenLabsReport {
  readonly findings: readonly Finding[];
  /** What was changed, one line each. */
  readonly deeds: readonly string[];
}

export async function checkElevenLabs(environment: Environment, fix: boolean): Promise<ElevenLabsReport> {
  const { ELEVENLABS_AGENT_ID: agentId } = environment;
  if (agentId === undefined) return withoutAgent(environment);
  const path = `agents/${encodeURIComponent(agentId)}`;
  const answer = await request(environment, path);
  const refused = refusal(answer, agentId);
  if (refused) return { findings: refused, deeds: [] };
  const found = [ok('ElevenLabs key', 'accepted'), ok('agent', `${agentId} is there`)];
  const wanted = fix ? agentFix(answer.body, environment.AGENT_QUEUE_TIMEOUT_SECONDS) : undefined;
  if (!wanted) return { findings: [...found, ...agentFindings(answer.body)], deeds: [] };
  const changed = await request(environment, path, wanted.change);
  if (changed.status !== 200) {
    const says = `ElevenLabs answered ${changed.status} to the change`;
    const refusedFix = fault('agent fix', says, 'give the key write access to agents, or set it by hand');
    return { findings: [...found, ...agentFindings(answer.body), refusedFix], deeds: [] };
  }
  // Read again, rather than believed: a setting that is not taken is not told by an error.
  const after = await request(environment, path);
  return { findings: [...found, ...agentFindings(after.body)], deeds: wanted.deeds };
}

async function withoutAgent(environment: Environment): Promise<ElevenLabsReport> {
  const answer = await request(environment, 'agents?page_size=1');
  const noAgent = warning(
    'agent',
    'no default agent, so none is looked at, and incoming calls have none',
    'set ELEVENLABS_AGENT_ID',
  );
  return {
    findings: [...(refusal(answer, '') ?? [ok('ElevenLabs key', 'accepted')]), noAgent],
    deeds: [],
  };
}

function request(environment: Environment, path: string, change?: object): Promise<VendorAnswer> {
  const { ELEVENLABS_API_URL: url, ELEVENLABS_API_KEY: key } = environment;
  return ask(`${url}/v1/convai/${path}`, {
    method: change === undefined ? 'GET' : 'PATCH',
    headers: { 'xi-api-key': key, 'content-type': 'application/json' },
    ...(change === undefined ? {} : { body: JSON.stringify(change) }),
  });
}

function refusal({ status }: VendorAnswer, agentId: string): readonly Finding[] | undefined {
  if (status === 200) return undefined;
  if (status === 401 || status === 403)
    return [fault('ElevenLabs key', 'refused', 'set ELEVENLABS_API_KEY to a key with access to agents')];
  if (status === 404)
    return [
      ok('ElevenLabs key', 'accepted'),
      fault('agent', `there is no agent ${agentId}`, 'set ELEVENLABS_AGENT_ID to one of this workspace'),
    ];
  const says = status === 0 ? 'no answer' : `answered ${status}`;
  return [unknown('ElevenLabs', says, 'look at ELEVENLABS_API_URL and at the network, and try again')];
}
