/**
 * The tools and agents of an ElevenLabs workspace over HTTP, as the vendor's OpenAPI has them: pages, defaults filled in, a list of tool
 * ids that is replaced as a whole. Checks what it is sent against the vendor's schema where VENDOR_SPECS is set.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vendorSchemas } from '../simulators/elevenlabs/vendor-schemas.js';

type Json = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const WORKSPACE_KEY = 'a-key-of-the-workspace';

const LITERAL = {
  description: '',
  enum: null,
  is_system_provided: false,
  dynamic_variable: '',
  allowed_values_dynamic_variable: '',
  constant_value: '',
  is_omitted: false,
};
const COMPOUND = { description: '', dynamic_variable: '', constant_value: null, is_omitted: false };
const CONFIG = {
  response_timeout_secs: 20,
  disable_interruptions: false,
  interruption_mode: 'allow',
  force_pre_tool_speech: false,
  pre_tool_speech: 'auto',
  assignments: [],
  tool_call_sound: null,
  tool_call_sound_behavior: 'auto',
  tool_error_handling_mode: 'auto',
  parameters: null,
  expects_response: false,
  dynamic_variables: { dynamic_variable_placeholders: {} },
  execution_mode: 'immediate',
};

export class StandInWorkspace {
  readonly tools = new Map<string, Json>();
  readonly agents = new Map<string, Json>();
  /** Requests that change something: `POST /tools`. */
  readonly writes: string[] = [];
  /** Statuses that the next requests are answered with instead. */
  readonly stumbles: number[] = [];
  private count = 0;

  private constructor(private readonly server: Server) {}

  static async open(...agentIds: string[]): Promise<StandInWorkspace> {
    const server = createServer((request, response) => void workspace.serve(request, response));
    const workspace = new StandInWorkspace(server);
    for (const id of agentIds) workspace.agents.set(id, { prompt: 'Be kind.', tool_ids: [], tools: [] });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return workspace;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A tool that is there already. */
  add(config: Json): string {
    this.count += 1;
    const id = `tool_${this.count}`;
    this.tools.set(id, withDefaults(config));
    return id;
  }

  toolIdsOf(agentId: string): unknown {
    return this.agents.get(agentId)?.['tool_ids'];
  }

  namesOf(agentId: string): unknown[] {
    const ids = this.toolIdsOf(agentId);
    return Array.isArray(ids) ? ids.map((id) => this.tools.get(String(id))?.['name']) : [];
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const { status, body } = this.answer(request, text === '' ? {} : (JSON.parse(text) as Json));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private answer(request: IncomingMessage, body: Json): Answer {
    if (request.headers['xi-api-key'] !== WORKSPACE_KEY)
      return { status: 401, body: { detail: { status: 'invalid_api_key', message: 'No.' } } };
    const stumble = this.stumbles.shift();
    if (stumble !== undefined) return { status: stumble, body: { detail: 'stumbled' } };
    const url = new URL(request.url ?? '/', 'http://workspace');
    const [, kind = '', id] = /^\/v1\/convai\/(tools|agents)(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    const method = request.method ?? 'GET';
    if (method !== 'GET') this.writes.push(`${method} ${kind}${id === undefined ? '' : `/${id}`}`);
    if (kind === 'agents' && id !== undefined) return this.agent(method, id, body);
    return kind === 'tools' ? this.tool(method, id, body, url.searchParams) : missing();
  }

  private agent(method: string, id: string, body: Json): Answer {
    const prompt = this.agents.get(id);
    if (!prompt) return missing();
    if (method === 'PATCH') {
      const change = body as { conversation_config?: { agent?: { prompt?: Json } } };
      Object.assign(prompt, change.conversation_config?.agent?.prompt);
    }
    return { status: 200, body: { agent_id: id, conversation_config: { agent: { prompt } } } };
  }

  private tool(method: string, id: string | undefined, body: Json, query: URLSearchParams): Answer {
    if (method === 'GET' && id === undefined) return this.page(query);
    if (method === 'DELETE') return this.remove(id ?? '');
    const faults = vendorSchemas()?.faultsOfAnswer('ToolRequestModel', body);
    if (faults !== undefined)
      return { status: 422, body: { detail: [{ loc: ['body'], msg: faults, type: 'value_error' }] } };
    const config = body['tool_config'] as Json;
    if (method === 'PATCH' && !this.tools.has(id ?? '')) return missing();
    const at = method === 'PATCH' ? (id ?? '') : this.add(config);
    this.tools.set(at, withDefaults(config));
    return { status: 200, body: this.shown(at) };
  }

  private remove(id: string): Answer {
    const users = [...this.agents.values()].filter(({ tool_ids: ids }) => (ids as unknown[]).includes(id));
    if (users.length > 0)
      return { status: 400, body: { detail: { status: 'tool_in_use', message: 'Used.' } } };
    return this.tools.delete(id) ? { status: 200, body: {} } : missing();
  }

  private page(query: URLSearchParams): Answer {
    const from = Number(query.get('cursor') ?? 0);
    // Small, so that every list has several.
    const size = Math.min(2, Number(query.get('page_size') ?? 30));
    const ids = [...this.tools.keys()];
    const hasMore = from + size < ids.length;
    const tools = ids.slice(from, from + size).map((id) => this.shown(id));
    return {
      status: 200,
      body: { tools, next_cursor: hasMore ? String(from + size) : null, has_more: hasMore },
    };
  }

  private shown(id: string): Json {
    return { id, tool_config: this.tools.get(id), access_info: {}, usage_stats: { avg_latency_secs: 0 } };
  }
}

function missing(): Answer {
  return { status: 404, body: { detail: { status: 'document_not_found', message: 'Not there.' } } };
}

function withDefaults(config: Json): Json {
  const filled: Json = { ...CONFIG, ...config };
  return { ...filled, parameters: schemaWithDefaults(filled['parameters']) };
}

function schemaWithDefaults(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const given = schema as Json;
  if (given['type'] === 'array') {
    const items = schemaWithDefaults(given['items'] ?? { type: 'string', description: 'Array element' });
    return { property_kind: 'array', ...COMPOUND, ...given, items };
  }
  if (given['type'] !== 'object') return { ...LITERAL, ...given };
  const properties = Object.entries((given['properties'] ?? {}) as Json);
  return {
    property_kind: 'object',
    ...COMPOUND,
    required: [],
    required_constraints: null,
    ...given,
    properties: Object.fromEntries(properties.map(([name, part]) => [name, schemaWithDefaults(part)])),
  };
}
