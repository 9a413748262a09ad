/**
 * A plan in words, for people at a terminal.
 */
import type { SyncDeed } from './tool-sync.js';
import type { AgentStep, SyncPlan, ToolStep } from './sync-plan.js';

const SIGNS = { same: '=', create: '+', update: '~', conflict: '!', stale: '-' } as const;
const LONGEST_VALUE = 300;

export function planText({ tools, agents }: SyncPlan): string {
  const lines = [...tools.flatMap(toolLines), ...agents.flatMap((agent) => agentLines(agent, tools))];
  return `${lines.join('\n')}\n`;
}

function toolLines({ name, state, id, differences, note }: ToolStep): string[] {
  const at = id === undefined ? '' : ` (${id})`;
  return [
    `${SIGNS[state]} ${name}${at}: ${state}${note === undefined ? '' : `, ${note}`}`,
    ...differences.flatMap(({ field, here, there }) => [
      `    ${field}`,
      `      - ${shown(there)}`,
      `      + ${shown(here)}`,
    ]),
  ];
}

function agentLines({ agentId, attach, detach }: AgentStep, tools: readonly ToolStep[]): string[] {
  if (attach.length === 0 && detach.length === 0) return [`= agent ${agentId}: has them all`];
  const names = detach.map((id) => tools.find((tool) => tool.id === id)?.name ?? id);
  return [
    ...(attach.length > 0 ? [`~ agent ${agentId}: lacks ${attach.join(', ')}`] : []),
    ...(detach.length > 0 ? [`~ agent ${agentId}: still has ${names.join(', ')}`] : []),
  ];
}

function shown(value: string | undefined): string {
  if (value === undefined) return '(nothing)';
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

export function deedText(done: readonly SyncDeed[]): string {
  if (done.length === 0) return '';
  const lines = done.map(
    ({ act, tool, agentId }) => `${act} ${tool}${agentId === null ? '' : ` (agent ${agentId})`}`,
  );
  return `\n${lines.join('\n')}\n`;
}
