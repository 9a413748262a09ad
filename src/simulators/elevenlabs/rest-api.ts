/**
 * The part of the vendor's REST API that a phone bridge uses: signed URL, agents, tools, conversations. Answers and errors have the
 * vendor's shapes; their wording is our own, and everything else is 404.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseObject, type JsonObject } from '../../protocol/decoding.js';
import type { AgentScript } from './agent-script.js';
import { conversationList, QueryFault } from './conversation-list.js';
import { conversationRecord } from './conversation-record.js';
import { failed, faultyQuery, type Answer } from './rest-answer.js';
import type { SignedUrls } from './signed-urls.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { isWorkspacePath, WorkspaceApi } from './workspace-api.js';
import type { Workspace } from './workspace.js';

export interface RestParts {
  readonly settings: SimulatorSettings;
  readonly signedUrls: SignedUrls;
  readonly workspace: Workspace;
  /** All of them, the oldest first; grows. */
  readonly conversations: readonly SimulatedConversation[];
}

/** @param authority host and port, as the client reached us */
type Resource = (query: URLSearchParams, authority: string) => Answer;

const SIGNED_URL_PATHS: ReadonlySet<string> = new Set([
  '/v1/convai/conversation/get-signed-url',
  // Deprecated by the vendor in May 2025 and still answered.
  '/v1/convai/conversation/get_signed_url',
]);
const CONVERSATIONS_PATH = '/v1/convai/conversations';
const CONVERSATION_RECORD_PATH = /^\/v1\/convai\/conversations\/([^/]+)$/;

/** What the vendor's error pages name for a status; other statuses get a name of their own. */
const FAULTS: Readonly<Record<number, readonly [name: string, message: string]>> = {
  401: ['invalid_api_key', 'The API key is not valid.'],
  404: ['document_not_found', 'There is no agent with this id.'],
  429: ['too_many_concurrent_requests', 'Too many requests at the same time.'],
};

function missingQuery(name: string): Answer {
  return faultyQuery(name, 'Field required', 'missing');
}

function wrongKey(): Answer {
  return failed(401, 'invalid_api_key', 'The xi-api-key header is missing or wrong.');
}

/** Undefined when it is no JSON object. */
async function bodyOf(request: IncomingMessage): Promise<JsonObject | undefined> {
  try {
    return parseObject(await text(request));
  } catch {
    return undefined;
  }
}

export class RestApi {
  private readonly faultsShown = new Map<string, number>();
  /** Conversations whose record somebody deleted. */
  private readonly deleted = new Set<string>();

  private readonly workspaceApi: WorkspaceApi;

  constructor(private readonly parts: RestParts) {
    this.workspaceApi = new WorkspaceApi(parts.workspace);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = await bodyOf(request);
    const { status, body } = this.route(request, sent);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private route(request: IncomingMessage, sent: JsonObject | undefined): Answer {
    const authority = request.headers.host ?? '127.0.0.1';
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (isWorkspacePath(url.pathname)) return this.workspaceAnswer(request, url, sent);
    const resource = this.resourceAt(url.pathname);
    if (!resource) return { status: 404, body: { detail: 'Not Found' } };
    const isDeletion = request.method === 'DELETE' && CONVERSATION_RECORD_PATH.test(url.pathname);
    if (request.method !== 'GET' && !isDeletion)
      return { status: 405, body: { detail: 'Method Not Allowed' } };
    if (!this.hasKey(request)) return wrongKey();
    const answer = resource(url.searchParams, authority);
    if (!isDeletion || answer.status !== 200) return answer;
    this.deleted.add(CONVERSATION_RECORD_PATH.exec(url.pathname)?.[1] ?? '');
    return { status: 200, body: {} };
  }

  private workspaceAnswer(request: IncomingMessage, url: URL, body: JsonObject | undefined): Answer {
    if (!this.hasKey(request)) return wrongKey();
    const { method = 'GET' } = request;
    return this.workspaceApi.answer({ method, path: url.pathname, query: url.searchParams, body });
  }

  private hasKey(request: IncomingMessage): boolean {
    return request.headers['xi-api-key'] === this.parts.settings.apiKey;
  }

  private resourceAt(path: string): Resource | undefined {
    if (SIGNED_URL_PATHS.has(path)) return (query, authority) => this.signedUrl(query, authority);
    if (path === CONVERSATIONS_PATH) return (query) => this.list(query);
    const conversation = CONVERSATION_RECORD_PATH.exec(path)?.[1];
    return conversation === undefined ? undefined : () => this.conversation(conversation);
  }

  private signedUrl(query: URLSearchParams, authority: string): Answer {
    const agentId = query.get('agent_id');
    const answer = this.signedUrlFor(agentId, query, authority);
    this.parts.settings.observe({
      atMs: performance.now(),
      by: 'elevenlabs',
      // There is no conversation yet.
      call: '',
      what: 'signed-url',
      detail: { agentId, status: answer.status },
    });
    return answer;
  }

  private signedUrlFor(agentId: string | null, query: URLSearchParams, authority: string): Answer {
    if (agentId === null || agentId === '') return missingQuery('agent_id');
    const script = this.parts.workspace.scriptOf(agentId);
    if (!script) return failed(404, 'document_not_found', `There is no agent ${agentId}.`);
    const fault = this.fault(agentId, script);
    if (fault) return fault;
    const withConversationId = query.get('include_conversation_id') === 'true';
    return {
      status: 200,
      body: { signed_url: this.parts.signedUrls.issue(agentId, authority, withConversationId) },
    };
  }

  /** The scripted fault of get-signed-url, as often as it is to be shown. */
  private fault(agentId: string, script: AgentScript): Answer | undefined {
    const fault = script.faults?.signedUrl;
    const shown = this.faultsShown.get(agentId) ?? 0;
    if (!fault || shown >= (fault.times ?? Infinity)) return undefined;
    this.faultsShown.set(agentId, shown + 1);
    if (fault.status === 422) return missingQuery('agent_id');
    const [name, message] = FAULTS[fault.status] ?? ['internal_server_error', 'Something went wrong.'];
    return failed(fault.status, name, message);
  }

  private get kept(): readonly SimulatedConversation[] {
    return this.parts.conversations.filter(({ id }) => !this.deleted.has(id));
  }

  private list(query: URLSearchParams): Answer {
    try {
      return { status: 200, body: conversationList(this.kept, query) };
    } catch (error) {
      if (!(error instanceof QueryFault)) throw error;
      return faultyQuery(error.parameter, error.message, 'value_error');
    }
  }

  private conversation(id: string): Answer {
    const conversation = this.kept.find((one) => one.id === id);
    if (!conversation) return failed(404, 'document_not_found', `There is no conversation ${id}.`);
    return { status: 200, body: conversationRecord(conversation, this.parts.settings.costUsdPerMinute) };
  }
}
