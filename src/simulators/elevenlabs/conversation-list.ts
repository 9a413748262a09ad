/**
 * `GET /v1/convai/conversations`: which conversations a query asks for, newest first, one page of them, in the vendor's spelling. A
 * filter that is not simulated is refused, since ignoring it would be a lie.
 */
import { conversationAnalysis } from './conversation-analysis.js';
import { terminationOf } from './conversation-record.js';
import type { SimulatedConversation } from './simulated-conversation.js';

const DEFAULT_PAGE_SIZE = 30;
const LARGEST_PAGE = 100;

/** A parameter that cannot be honoured; becomes the vendor's 422. */
export class QueryFault extends Error {
  override readonly name = 'QueryFault';
  constructor(
    readonly parameter: string,
    message: string,
  ) {
    super(message);
  }
}

type Filter = (conversation: SimulatedConversation) => boolean;
type FilterOf = (name: string, values: readonly string[]) => Filter;

function wholeNumber(name: string, text: string | undefined): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isInteger(value)) {
    throw new QueryFault(name, 'Input should be a valid integer');
  }
  return value;
}

function startSecs(conversation: SimulatedConversation): number {
  return Math.floor(conversation.openedAt / 1000);
}

const FILTERS: Readonly<Record<string, FilterOf>> = {
  agent_id:
    (_, [id]) =>
    (conversation) =>
      conversation.agentId === id,
  user_id:
    (_, [id]) =>
    (conversation) =>
      conversation.initiation?.user_id === id,
  exclude_statuses: (_, statuses) => (conversation) => !statuses.includes(conversation.status),
  call_start_after_unix: (name, [text]) => {
    const from = wholeNumber(name, text);
    return (conversation) => startSecs(conversation) >= from;
  },
  call_start_before_unix: (name, [text]) => {
    const to = wholeNumber(name, text);
    return (conversation) => startSecs(conversation) <= to;
  },
};
const OTHERS = ['cursor', 'page_size', 'summary_mode'];

function filtersOf(query: URLSearchParams): readonly Filter[] {
  const names = [...new Set(query.keys())].filter((name) => !OTHERS.includes(name));
  return names.map((name) => {
    const filterOf = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (!filterOf) throw new QueryFault(name, 'This parameter is not simulated');
    return filterOf(name, query.getAll(name));
  });
}

function pageSizeOf(query: URLSearchParams): number {
  const size = query.has('page_size')
    ? wholeNumber('page_size', query.get('page_size') ?? '')
    : DEFAULT_PAGE_SIZE;
  if (size < 1 || size > LARGEST_PAGE) throw new QueryFault('page_size', 'Input should be from 1 to 100');
  return size;
}

/** What comes behind the conversation that the cursor names. */
function behind(
  found: readonly SimulatedConversation[],
  cursor: string | null,
): readonly SimulatedConversation[] {
  if (cursor === null || cursor === '') return found;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  const index = found.findIndex((conversation) => conversation.id === id);
  if (index === -1) throw new QueryFault('cursor', 'The cursor is not one of this list');
  return found.slice(index + 1);
}

function summaryOf(conversation: SimulatedConversation, withSummary: boolean): object {
  const { turns, toolCalls, initiation } = conversation;
  const isFinal = conversation.processedAtMs !== undefined;
  const analysis = isFinal ? conversationAnalysis(conversation) : undefined;
  return {
    agent_id: conversation.agentId,
    agent_name: `Simulated ${conversation.agentId}`,
    conversation_id: conversation.id,
    start_time_unix_secs: startSecs(conversation),
    call_duration_secs: Math.round(conversation.connectedSecs),
    message_count: turns.length + toolCalls.length,
    status: conversation.status,
    termination_reason: terminationOf(conversation),
    call_successful: analysis?.call_successful ?? 'unknown',
    transcript_summary: (withSummary ? analysis?.transcript_summary : null) ?? null,
    main_language: conversation.settings?.language ?? 'en',
    conversation_initiation_source: initiation?.source_info?.source ?? 'unknown',
    tool_names: [...new Set(toolCalls.map(({ name }) => name))],
  };
}

/**
 * @param conversations all of them, the oldest first
 * @throws QueryFault
 */
export function conversationList(
  conversations: readonly SimulatedConversation[],
  query: URLSearchParams,
): object {
  const filters = filtersOf(query);
  const size = pageSizeOf(query);
  const found = conversations.toReversed().filter((one) => filters.every((matches) => matches(one)));
  const rest = behind(found, query.get('cursor'));
  const shown = rest.slice(0, size);
  const last = shown.at(-1);
  const hasMore = rest.length > size;
  return {
    conversations: shown.map((one) => summaryOf(one, query.get('summary_mode') === 'include')),
    has_more: hasMore,
    next_cursor: hasMore && last ? Buffer.from(last.id).toString('base64url') : null,
  };
}
