/**
 * REST of agents and tools: lists by page, one of them, and what is written. The key was looked at before.
 */
import { isObject, type JsonObject } from '../../protocol/decoding.js';
import { CREATED_AT_UNIX_SECS } from './agent-record.js';
import { faultsOfAgentChange } from './agent-changes.js';
import { failed, found, unprocessable, type Answer } from './rest-answer.js';
import { faultsOfTool } from './tool-config.js';
import { pageOf } from './workspace-page.js';
import type { Workspace } from './workspace.js';

const PATH = /^\/v1\/convai\/(agents|tools)(?:\/([^/]+)(\/dependent-agents)?)?$/;
const METHOD_NOT_ALLOWED: Answer = { status: 405, body: { detail: 'Method Not Allowed' } };
const ACCESS = {
  is_creator: true,
  creator_name: 'Simulated owner',
  creator_email: 'owner@simulator.invalid',
  role: 'admin',
};

export interface WorkspaceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Undefined when it is no JSON object. */
  readonly body: JsonObject | undefined;
}

export function isWorkspacePath(path: string): boolean {
  return PATH.test(path);
}

export class WorkspaceApi {
  constructor(private readonly workspace: Workspace) {}

  answer(request: WorkspaceRequest): Answer {
    const [, kind, id, dependants] = PATH.exec(request.path) ?? [];
    if (dependants !== undefined && kind === 'tools')
      return request.method === 'GET' ? this.dependants(id ?? '', request.query) : METHOD_NOT_ALLOWED;
    if (dependants !== undefined) return { status: 404, body: { detail: 'Not Found' } };
    if (kind === 'agents') return id === undefined ? this.agents(request) : this.agent(id, request);
    return id === undefined ? this.tools(request) : this.tool(id, request);
  }

  private agents({ method, query }: WorkspaceRequest): Answer {
    if (method !== 'GET') return METHOD_NOT_ALLOWED;
    const page = pageOf(this.workspace.agentIds, query);
    if ('status' in page) return page;
    const { items, ...rest } = page;
    const agents = items.map((id) => ({
      agent_id: id,
      name: `Simulated ${id}`,
      tags: [],
      created_at_unix_secs: CREATED_AT_UNIX_SECS,
      access_info: ACCESS,
    }));
    return found({ agents, ...rest });
  }

  private agent(id: string, { method, body }: WorkspaceRequest): Answer {
    if (method !== 'GET' && method !== 'PATCH') return METHOD_NOT_ALLOWED;
    if (!this.workspace.agent(id)) return failed(404, 'document_not_found', `There is no agent ${id}.`);
    if (method === 'PATCH') {
      if (!body) return notAnObject();
      const faults = faultsOfAgentChange(body);
      if (faults.length > 0) return unprocessable(faults);
      this.workspace.changeAgent(id, body);
    }
    return found(this.workspace.agent(id) ?? {});
  }

  private tools({ method, query, body }: WorkspaceRequest): Answer {
    if (method === 'POST') return this.written(body, (config) => this.workspace.addTool(config));
    if (method !== 'GET') return METHOD_NOT_ALLOWED;
    const page = pageOf(this.workspace.toolIds, query);
    if ('status' in page) return page;
    const { items, ...rest } = page;
    return found({ tools: items.map((id) => this.shown(id)), ...rest });
  }

  private tool(id: string, { method, query, body }: WorkspaceRequest): Answer {
    if (!this.workspace.tool(id)) return failed(404, 'document_not_found', `There is no tool ${id}.`);
    if (method === 'GET') return found(this.shown(id));
    if (method === 'DELETE') return this.remove(id, query.get('force') === 'true');
    if (method !== 'PATCH') return METHOD_NOT_ALLOWED;
    return this.written(body, (config) => {
      this.workspace.replaceTool(id, config);
      return id;
    });
  }

  private written(body: JsonObject | undefined, write: (config: JsonObject) => string): Answer {
    if (!body) return notAnObject();
    const config = body['tool_config'];
    const faults = faultsOfTool(config);
    if (faults.length > 0 || !isObject(config)) return unprocessable(faults);
    return found(this.shown(write(config)));
  }

  /** That a used tool is refused without `force` is the OpenAPI's; status and words of the refusal are unverified. */
  private remove(id: string, isForced: boolean): Answer {
    const users = this.workspace.agentsWith(id);
    if (users.length > 0 && !isForced)
      return failed(400, 'tool_in_use', `The tool is used by ${users.length} agent(s).`);
    this.workspace.removeTool(id);
    return found({});
  }

  private dependants(id: string, query: URLSearchParams): Answer {
    if (!this.workspace.tool(id)) return failed(404, 'document_not_found', `There is no tool ${id}.`);
    const page = pageOf(this.workspace.agentsWith(id), query);
    if ('status' in page) return page;
    const { items, ...rest } = page;
    const agents = items.map((agentId) => ({
      type: 'available',
      id: agentId,
      name: `Simulated ${agentId}`,
      created_at_unix_secs: CREATED_AT_UNIX_SECS,
      access_level: 'admin',
    }));
    return found({ agents, branches: [], ...rest });
  }

  private shown(id: string): object {
    const usage = { total_calls: 0, avg_latency_secs: 0 };
    return { id, tool_config: this.workspace.tool(id), access_info: ACCESS, usage_stats: usage };
  }
}

function notAnObject(): Answer {
  return unprocessable([
    { loc: ['body'], msg: 'Input should be a valid object', type: 'model_attributes_type' },
  ]);
}
