/**
 * The tools and agents of an ElevenLabs workspace, by REST: what the sync reads and writes there, and nothing else. Asks again where
 * that can do no harm; a tool that may have been made is not made twice.
 */
import type { Environment } from '../../config/environment.js';
import type { Clock } from '../../core/clock.js';
import { CordboardError } from '../../core/errors.js';
import { isObject, optionalString, type JsonObject } from '../../protocol/decoding.js';
import type { RemoteAgent, RemoteTool } from './sync-plan.js';

const REQUEST_TIMEOUT_MS = 15_000;
const MAX_TRIES = 3;
const FIRST_BACKOFF_MS = 300;
/** The vendor's largest. */
const PAGE_SIZE = 100;
/** Ten thousand tools: more is a list that does not end. */
const MAX_PAGES = 100;
/** Of the vendor's words in an error: its answers to a bad field repeat the whole field. */
const MAX_REASON_CHARS = 400;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class ElevenLabsWorkspace {
  constructor(
    private readonly environment: Pick<Environment, 'ELEVENLABS_API_URL' | 'ELEVENLABS_API_KEY'>,
    private readonly clock: Clock,
  ) {}

  /** All of them, of every kind. @throws CordboardError */
  async tools(): Promise<RemoteTool[]> {
    const tools: RemoteTool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = new URLSearchParams({ page_size: String(PAGE_SIZE) });
      if (cursor !== undefined) query.set('cursor', cursor);
      const body = await this.expect('GET', `tools?${query.toString()}`);
      const listed = Array.isArray(body['tools']) ? body['tools'] : [];
      tools.push(...listed.flatMap((tool) => toolOf(tool) ?? []));
      cursor = optionalString(body, 'next_cursor');
      if (body['has_more'] !== true || cursor === undefined) return tools;
    }
    throw new CordboardError('tools-refused', 'ElevenLabs lists tools without an end.');
  }

  /** @returns its id. @throws CordboardError */
  async create(config: object): Promise<string> {
    const tool = toolOf(await this.expect('POST', 'tools', { tool_config: config }));
    if (tool) return tool.id;
    throw new CordboardError('tools-refused', 'ElevenLabs made a tool and did not say which.');
  }

  /** @throws CordboardError */
  async update(id: string, config: object): Promise<void> {
    await this.expect('PATCH', `tools/${encodeURIComponent(id)}`, { tool_config: config });
  }

  /** False when it is still used by an agent: ElevenLabs refuses then, unless it is forced. @throws CordboardError */
  async remove(id: string): Promise<boolean> {
    const answer = await this.ask('DELETE', `tools/${encodeURIComponent(id)}`);
    if (isDone(answer) || answer.status === 404) return true;
    // How the refusal of a used tool looks is unverified; that of a key is not.
    if (answer.status >= 400 && answer.status < 500 && !isAboutKey(answer.status)) return false;
    throw refusal(answer, 'tools');
  }

  /** @throws CordboardError `agent-not-found` */
  async agent(id: string): Promise<RemoteAgent> {
    const body = await this.expect('GET', `agents/${encodeURIComponent(id)}`);
    const prompt = [body, 'conversation_config', 'agent', 'prompt'].reduce<unknown>(
      (at, name) => (typeof name === 'string' && isObject(at) ? at[name] : name),
      undefined,
    );
    if (!isObject(prompt))
      throw new CordboardError('tools-refused', `ElevenLabs told of agent ${id} without its prompt.`);
    const toolIds = Array.isArray(prompt['tool_ids']) ? prompt['tool_ids'] : [];
    return { id, toolIds: toolIds.filter((toolId) => typeof toolId === 'string') };
  }

  /** The whole list: it takes the place of the one before. Everything else of the agent stays. @throws CordboardError */
  async setToolIds(agentId: string, toolIds: readonly string[]): Promise<void> {
    const change = { conversation_config: { agent: { prompt: { tool_ids: toolIds } } } };
    await this.expect('PATCH', `agents/${encodeURIComponent(agentId)}`, change);
  }

  private async expect(method: Method, path: string, body?: object): Promise<JsonObject> {
    const answer = await this.ask(method, path, body);
    if (!isDone(answer)) throw refusal(answer, path);
    if (isObject(answer.body)) return answer.body;
    throw new CordboardError('tools-refused', `ElevenLabs answered ${method} ${path} with no object.`);
  }

  private async ask(method: Method, path: string, body?: object): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.askOnce(method, path, body);
      if (tries === MAX_TRIES || !mayAskAgain(method, answer)) {
        if (answer) return answer;
        throw new CordboardError('agent-unreachable', `ElevenLabs did not answer ${method} ${path}.`);
      }
      const ms = FIRST_BACKOFF_MS * 2 ** tries * Math.random();
      await new Promise<void>((resolve) => void this.clock.after(ms, resolve));
    }
  }

  /** Undefined when there was no answer. */
  private async askOnce(method: Method, path: string, body?: object): Promise<Answer | undefined> {
    try {
      const response = await fetch(`${this.environment.ELEVENLABS_API_URL}/v1/convai/${path}`, {
        method,
        headers: {
          'xi-api-key': this.environment.ELEVENLABS_API_KEY,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    } catch {
      return undefined;
    }
  }
}

function mayAskAgain(method: Method, answer: Answer | undefined): boolean {
  if (answer?.status === 429) return true;
  return method !== 'POST' && (answer === undefined || answer.status >= 500);
}

function isDone({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function isAboutKey(status: number): boolean {
  return status === 401 || status === 403 || status === 429;
}

function toolOf(tool: unknown): RemoteTool | undefined {
  if (!isObject(tool) || typeof tool['id'] !== 'string' || !isObject(tool['tool_config'])) return undefined;
  return { id: tool['id'], config: tool['tool_config'] };
}

function refusal({ status, body }: Answer, path: string): CordboardError {
  const reason = isObject(body) ? JSON.stringify(body['detail'] ?? '').slice(0, MAX_REASON_CHARS) : '';
  const detail = `ElevenLabs answered ${status} about ${path}${reason === '' ? '' : `: ${reason}`}.`;
  if (status === 401 || status === 403) return new CordboardError('agent-unauthorized', detail);
  if (status === 404 && path.startsWith('agents/')) return new CordboardError('agent-not-found', detail);
  if (status === 429 || status >= 500) return new CordboardError('agent-unreachable', detail);
  return new CordboardError('tools-refused', detail);
}
