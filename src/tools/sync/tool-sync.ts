/**
 * Brings ElevenLabs in step with the tools of this service: reads what is there, plans, and does what the plan says, tools first, then
 * agents, then what is no longer wanted. Whatever breaks off in the middle is found and finished by the next time.
 */
import { clientToolConfig, type ClientToolConfig } from '../client-tool-config.js';
import type { DescribedTool } from '../described-tools.js';
import type { ElevenLabsWorkspace } from './elevenlabs-workspace.js';
import { marked } from './ownership.js';
import { isInStep, planSync, type RemoteTool, type SyncPlan, type ToolStep } from './sync-plan.js';

export interface SyncRequest {
  readonly agentIds: readonly string[];
  /** Only says what would be done. */
  readonly dryRun: boolean;
  /** Takes tools of ours that are no longer defined off the agents, and deletes those that no other agent has. */
  readonly prune: boolean;
  /** Takes over client tools of the same name that an agent has and that somebody else made. */
  readonly adopt: boolean;
}

export type SyncAct = 'created' | 'updated' | 'attached' | 'detached' | 'deleted' | 'kept';

export interface SyncDeed {
  readonly act: SyncAct;
  readonly tool: string;
  /** Of what was attached and detached. */
  readonly agentId: string | null;
}

export interface SyncReport {
  /** Whether there was nothing to do. */
  readonly inStep: boolean;
  /** What was found. */
  readonly plan: SyncPlan;
  /** What was done, in this order. */
  readonly done: readonly SyncDeed[];
}

/** Deprecated by the vendor: each contradicts the field that replaced it. */
const REPLACED = new Set(['disable_interruptions', 'force_pre_tool_speech']);

export class ToolSync {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly workspace: ElevenLabsWorkspace,
    private readonly owner: string,
  ) {}

  /** One at a time: two that both find a tool missing would both make it. @throws CordboardError */
  run(tools: readonly DescribedTool[], request: SyncRequest): Promise<SyncReport> {
    const report = this.last.then(() => this.runNow(tools, request));
    this.last = report.catch(() => undefined);
    return report;
  }

  private async runNow(tools: readonly DescribedTool[], request: SyncRequest): Promise<SyncReport> {
    const local = tools.map(clientToolConfig);
    const remote = await this.workspace.tools();
    const agents = await Promise.all(request.agentIds.map((id) => this.workspace.agent(id)));
    const { owner } = this;
    const plan = planSync({ owner, local, remote, agents, adopt: request.adopt });
    const report = { inStep: isInStep(plan), plan };
    if (request.dryRun) return { ...report, done: [] };
    const done: SyncDeed[] = [];
    const ids = await this.writeTools(plan.tools, local, remote, done);
    for (const { agentId } of plan.agents) await this.giveTools(agentId, ids, plan, request.prune, done);
    if (request.prune) await this.prune(plan.tools, done);
    return { ...report, done };
  }

  /** @returns the ids of our tools by their names */
  private async writeTools(
    steps: readonly ToolStep[],
    local: readonly ClientToolConfig[],
    remote: readonly RemoteTool[],
    done: SyncDeed[],
  ): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    for (const config of local) {
      const step = steps.find(({ name, state }) => name === config.name && state !== 'stale');
      if (!step || step.state === 'conflict') continue;
      const ours = { ...config, description: marked(config.description, this.owner) };
      if (step.id === undefined) {
        ids.set(config.name, await this.workspace.create(ours));
        done.push({ act: 'created', tool: config.name, agentId: null });
        continue;
      }
      ids.set(config.name, step.id);
      if (step.state !== 'update') continue;
      const there = remote.find(({ id }) => id === step.id)?.config ?? {};
      await this.workspace.update(step.id, { ...withoutReplaced(there), ...ours });
      done.push({ act: 'updated', tool: config.name, agentId: null });
    }
    return ids;
  }

  /** Read once more, right before it is written: the list is replaced as a whole, and others write it too. */
  private async giveTools(
    agentId: string,
    ids: ReadonlyMap<string, string>,
    plan: SyncPlan,
    prune: boolean,
    done: SyncDeed[],
  ): Promise<void> {
    const { toolIds } = await this.workspace.agent(agentId);
    const stale = plan.tools.filter(({ state, id }) => state === 'stale' && id !== undefined);
    const gone = prune ? stale.filter(({ id }) => id !== undefined && toolIds.includes(id)) : [];
    const missing = [...ids].filter(([, id]) => !toolIds.includes(id));
    if (missing.length === 0 && gone.length === 0) return;
    const kept = toolIds.filter((toolId) => !gone.some(({ id }) => id === toolId));
    await this.workspace.setToolIds(agentId, [...kept, ...missing.map(([, id]) => id)]);
    for (const [tool] of missing) done.push({ act: 'attached', tool, agentId });
    for (const { name } of gone) done.push({ act: 'detached', tool: name, agentId });
  }

  private async prune(steps: readonly ToolStep[], done: SyncDeed[]): Promise<void> {
    for (const { name, state, id } of steps) {
      if (state !== 'stale' || id === undefined) continue;
      const isGone = await this.workspace.remove(id);
      done.push({ act: isGone ? 'deleted' : 'kept', tool: name, agentId: null });
    }
  }
}

/** What others set on the tool stays, but for what stands in the way of ours. */
function withoutReplaced(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !REPLACED.has(name)));
}
