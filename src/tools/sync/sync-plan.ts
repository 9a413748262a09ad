/**
 * What has to be done so that agents have the tools of this service, and what must not be touched. Pure: told what is there, it says
 * what to do.
 */
import type { ClientToolConfig } from '../client-tool-config.js';
import { ownerIn } from './ownership.js';
import { toolDrift, type Difference } from './tool-drift.js';

/** A tool of the workspace, ours or not. */
export interface RemoteTool {
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
}

export interface RemoteAgent {
  readonly id: string;
  /** In its order. */
  readonly toolIds: readonly string[];
}

export interface SyncInput {
  readonly owner: string;
  readonly local: readonly ClientToolConfig[];
  readonly remote: readonly RemoteTool[];
  readonly agents: readonly RemoteAgent[];
  /** Takes over client tools of the same name that an agent has and that somebody else made. */
  readonly adopt: boolean;
}

/** `conflict`: an agent has a tool of that name that is not ours. `stale`: ours, and no longer defined here. */
export type ToolState = 'same' | 'create' | 'update' | 'conflict' | 'stale';

export interface ToolStep {
  readonly name: string;
  readonly state: ToolState;
  /** At ElevenLabs; undefined until it is made. */
  readonly id: string | undefined;
  readonly differences: readonly Difference[];
  /** Why it is a conflict, or what becomes of a stale one. */
  readonly note: string | undefined;
}

export interface AgentStep {
  readonly agentId: string;
  /** Names of tools that it lacks. */
  readonly attach: readonly string[];
  /** Ids of stale tools that it has. */
  readonly detach: readonly string[];
}

export interface SyncPlan {
  readonly tools: readonly ToolStep[];
  readonly agents: readonly AgentStep[];
}

export function planSync(input: SyncInput): SyncPlan {
  const tools = input.local.map((config) => stepFor(config, input));
  const kept = new Set(tools.map(({ id }) => id));
  // Where an agent has one in the way, ours may well serve another agent.
  const disputed = new Set(tools.flatMap(({ name, state }) => (state === 'conflict' ? [name] : [])));
  const stale = input.remote
    .filter(
      ({ id, config }) =>
        !kept.has(id) && ownerOf(config) === input.owner && !disputed.has(String(config['name'])),
    )
    .map((tool) => staleStep(tool, input));
  const agents = input.agents.map(({ id, toolIds }) => ({
    agentId: id,
    attach: tools.filter((tool) => lacks(toolIds, tool)).map(({ name }) => name),
    detach: stale.flatMap((tool) => (tool.id !== undefined && toolIds.includes(tool.id) ? [tool.id] : [])),
  }));
  return { tools: [...tools, ...stale], agents };
}

/** Whether ElevenLabs has what this service has; stale tools count where an agent can still call them. */
export function isInStep({ tools, agents }: SyncPlan): boolean {
  return (
    tools.every(({ state }) => state === 'same' || state === 'stale') &&
    agents.every(({ attach, detach }) => attach.length === 0 && detach.length === 0)
  );
}

function lacks(toolIds: readonly string[], { id, state }: ToolStep): boolean {
  return state !== 'conflict' && (id === undefined || !toolIds.includes(id));
}

function stepFor(config: ClientToolConfig, input: SyncInput): ToolStep {
  const { name } = config;
  const attached = new Set(input.agents.flatMap(({ toolIds }) => toolIds));
  const namesakes = input.remote.filter((tool) => tool.config['name'] === name);
  const ours = namesakes.filter((tool) => ownerOf(tool.config) === input.owner);
  const inTheWay = namesakes.filter((tool) => attached.has(tool.id) && ownerOf(tool.config) !== input.owner);
  const adopted = input.adopt ? inTheWay.find((tool) => tool.config['type'] === 'client') : undefined;
  if (inTheWay.length > (adopted ? 1 : 0)) return conflict(name, inTheWay);
  // Two of ours are what two commands at the same time leave behind: the one that an agent has is kept.
  const found = adopted ?? ours.find(({ id }) => attached.has(id)) ?? ours[0];
  if (!found) return { name, state: 'create', id: undefined, differences: [], note: undefined };
  const differences = toolDrift(config, found.config);
  const state = differences.length > 0 || adopted ? 'update' : 'same';
  const note = adopted ? 'made by somebody else, and taken over' : undefined;
  return { name, state, id: found.id, differences, note };
}

function conflict(name: string, inTheWay: readonly RemoteTool[]): ToolStep {
  const [first] = inTheWay;
  const owner = first ? ownerOf(first.config) : undefined;
  const whose = owner === undefined ? 'made by hand' : `owned by ${owner}`;
  const note =
    `the agent has a tool of this name (${first?.id ?? ''}, ${whose}); rename ours, take that one off the agent, ` +
    'or take it over with --adopt';
  return { name, state: 'conflict', id: undefined, differences: [], note };
}

function staleStep({ id, config }: RemoteTool, { local }: SyncInput): ToolStep {
  const name = String(config['name']);
  const note = local.some((tool) => tool.name === name)
    ? 'a second tool of this name; --prune removes it'
    : 'no longer defined here; --prune removes it';
  return { name, state: 'stale', id, differences: [], note };
}

function ownerOf(config: Readonly<Record<string, unknown>>): string | undefined {
  const { type, description } = config;
  return type === 'client' && typeof description === 'string' ? ownerIn(description) : undefined;
}
