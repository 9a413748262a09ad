/**
 * The part of the vendor's REST API that a phone bridge uses: signed URL, agent, conversation. Answers and errors have the
 * vendor's shapes; their wording is our own, and everything else is 404.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentScript } from './agent-script.js';
import { agentRecord } from './agent-record.js';
import { conversationRecord } from './conversation-record.js';
import type { SignedUrls } from './signed-urls.js';
import type { SimulatedConversation } from './simulated-conversation.js';
import type { SimulatorSettings } from './simulator-settings.js';

export interface RestParts {
  readonly settings: SimulatorSettings;
  readonly signedUrls: SignedUrls;
  readonly scriptOf: (agentId: string) => AgentScript | undefined;
  readonly conversationOf: (id: string) => SimulatedConversation | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const SIGNED_URL_PATHS: ReadonlySet<string> = new Set([
  '/v1/convai/conversation/get-signed-url',
  // Deprecated by the vendor in May 2025 and still answered.
  '/v1/convai/conversation/get_signed_url',
]);
const AGENT_PATH = /^\/v1\/convai\/agents\/([^/]+)$/;
const CONVERSATION_RECORD_PATH = /^\/v1\/convai\/conversations\/([^/]+)$/;

/** What the vendor's error pages name for a status; other statuses get a name of their own. */
const FAULTS: Readonly<Record<number, readonly [name: string, message: string]>> = {
  401: ['invalid_api_key', 'The API key is not valid.'],
  404: ['document_not_found', 'There is no agent with this id.'],
  429: ['too_many_concurrent_requests', 'Too many requests at the same time.'],
};

function failed(status: number, name: string, message: string): Answer {
  return { status, body: { detail: { status: name, message } } };
}

function missingQuery(name: string): Answer {
  return {
    status: 422,
    body: { detail: [{ loc: ['query', name], msg: 'Field required', type: 'missing' }] },
  };
}

export class RestApi {
  private readonly faultsShown = new Map<string, number>();

  constructor(private readonly parts: RestParts) {}

  answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { status, body } = this.route(request);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private route(request: IncomingMessage): Answer {
    const authority = request.headers.host ?? '127.0.0.1';
    const url = new URL(request.url ?? '/', 'http://simulator');
    const agent = AGENT_PATH.exec(url.pathname)?.[1];
    const conversation = CONVERSATION_RECORD_PATH.exec(url.pathname)?.[1];
    const isSignedUrl = SIGNED_URL_PATHS.has(url.pathname);
    if (!isSignedUrl && agent === undefined && conversation === undefined)
      return { status: 404, body: { detail: 'Not Found' } };
    if (request.method !== 'GET') return { status: 405, body: { detail: 'Method Not Allowed' } };
    if (request.headers['xi-api-key'] !== this.parts.settings.apiKey) {
      return failed(401, 'invalid_api_key', 'The xi-api-key header is missing or wrong.');
    }
    if (isSignedUrl) return this.signedUrl(url.searchParams, authority);
    return agent === undefined ? this.conversation(conversation ?? '') : this.agent(agent);
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
    const script = this.parts.scriptOf(agentId);
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

  private agent(agentId: string): Answer {
    const script = this.parts.scriptOf(agentId);
    if (!script) return failed(404, 'document_not_found', `There is no agent ${agentId}.`);
    return { status: 200, body: agentRecord(agentId, script, this.parts.settings.requireSignedUrl) };
  }

  private conversation(id: string): Answer {
    const conversation = this.parts.conversationOf(id);
    if (!conversation) return failed(404, 'document_not_found', `There is no conversation ${id}.`);
    return { status: 200, body: conversationRecord(conversation, this.parts.settings.timing.processingMs) };
  }
}
