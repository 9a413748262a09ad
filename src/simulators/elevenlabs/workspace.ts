/**
 * The agents and tools of a workspace as REST writes them: tools, and what was changed of the scripted agents. In memory, for as long
 * as the simulator runs; the scripts themselves stay as they are.
 */
import type { JsonObject } from '../../protocol/decoding.js';
import { agentRecord } from './agent-record.js';
import { scriptAfter } from './agent-changes.js';
import type { AgentScript } from './agent-script.js';
import { toolId } from './ids.js';
import { memberAt, merged } from './merging.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { withDefaults } from './tool-config.js';

export class Workspace {
  private readonly changes = new Map<string, JsonObject>();
  private readonly configs = new Map<string, JsonObject>();

  /** @param conversationsOf how many an agent had so far. */
  constructor(
    private readonly settings: Pick<SimulatorSettings, 'agents' | 'script' | 'requireSignedUrl'>,
    private readonly conversationsOf: (agentId: string) => number = () => 0,
  ) {}

  /** The ids that have a script of their own, and those that were changed. */
  get agentIds(): readonly string[] {
    return [...new Set([...Object.keys(this.settings.agents), ...this.changes.keys()])];
  }

  /** Oldest first. */
  get toolIds(): readonly string[] {
    return [...this.configs.keys()];
  }

  /** Of its next conversation, with what was changed of it. */
  scriptOf(agentId: string): AgentScript | undefined {
    const { agents, script } = this.settings;
    let own = Object.hasOwn(agents, agentId) ? agents[agentId] : script;
    for (let left = this.conversationsOf(agentId); left > 0; left -= 1) own = own?.thereafter ?? own;
    return own && scriptAfter(own, this.changes.get(agentId) ?? {});
  }

  agent(agentId: string): JsonObject | undefined {
    const script = this.scriptOf(agentId);
    if (!script) return undefined;
    const record = agentRecord(agentId, script, this.settings.requireSignedUrl);
    return merged(record, this.changes.get(agentId) ?? {});
  }

  changeAgent(agentId: string, change: JsonObject): void {
    this.changes.set(agentId, merged(this.changes.get(agentId) ?? {}, change));
  }

  toolIdsOf(agentId: string): readonly unknown[] {
    const ids = memberAt(this.agent(agentId), 'conversation_config', 'agent', 'prompt', 'tool_ids');
    return Array.isArray(ids) ? ids : [];
  }

  agentsWith(id: string): readonly string[] {
    return this.agentIds.filter((agentId) => this.toolIdsOf(agentId).includes(id));
  }

  tool(id: string): JsonObject | undefined {
    return this.configs.get(id);
  }

  /** @returns its id */
  addTool(config: JsonObject): string {
    const id = toolId();
    this.configs.set(id, withDefaults(config));
    return id;
  }

  replaceTool(id: string, config: JsonObject): void {
    this.configs.set(id, withDefaults(config));
  }

  /** Takes it off the agents that have it, too. */
  removeTool(id: string): void {
    for (const agentId of this.agentsWith(id)) {
      const kept = this.toolIdsOf(agentId).filter((other) => other !== id);
      this.changeAgent(agentId, { conversation_config: { agent: { prompt: { tool_ids: kept } } } });
    }
    this.configs.delete(id);
  }
}
