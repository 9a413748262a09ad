/**
 * The conversation of a call in turns, made from its timeline: what was said, and what of it was heard. Made anew each time it
 * is asked for, so that a correction or a late transcript changes what was told before. Pure.
 */
import type { TimelineEvent } from './timeline.js';

/**
 * How `heard` of an agent's turn is known. `played`: nothing was cut. `corrected`: the agent's own account after an
 * interruption. `estimated`: the share of its audio that was played, cut at a word.
 */
export const HEARD_IS = ['played', 'corrected', 'estimated'] as const;
export type HeardIs = (typeof HEARD_IS)[number];

interface Told {
  /** Milliseconds since the Unix epoch: when it was told. A caller's words are told a moment after they were said. */
  readonly at: number;
}

export interface AgentTurn extends Told {
  readonly role: 'agent';
  readonly text: string;
  readonly heard: string;
  readonly heardIs: HeardIs;
}

export interface CallerTurn extends Told {
  readonly role: 'caller';
  readonly kind: 'speech' | 'keypad';
  readonly text: string;
  readonly heard: string;
}

export interface ToolTurn extends Told {
  readonly role: 'tool';
  readonly toolCallId: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the tool answered; empty while it runs. */
  readonly text: string;
  /** Nobody hears a tool. */
  readonly heard: null;
  /** Null while it runs, and for ever where the call ended first. */
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

export type Turn = AgentTurn | CallerTurn | ToolTurn;

/** Words of one side under the vendor's event id; 0 stands for one that was not told. */
interface Words {
  readonly seq: number;
  readonly at: number;
  readonly eventId: number;
  readonly text: string;
  /** Said while the agent was muted. */
  readonly isMuted: boolean;
}

interface Playback {
  readonly sentMs: number;
  readonly heardMs: number;
}

type Placed =
  | { readonly role: 'agent'; readonly words: Words }
  | { readonly role: 'caller'; readonly words: Words; readonly kind: CallerTurn['kind'] }
  | { readonly role: 'tool'; readonly event: TimelineEvent };

/** @param events of one call, in the order of their numbers. */
export function transcriptOf(events: readonly TimelineEvent[]): Turn[] {
  const placed = place(events);
  const said = placed.flatMap((turn) => (turn.role === 'agent' ? [turn.words] : []));
  const heard = heardOf(said, events);
  const answers = new Map(
    events.flatMap((event) =>
      event.type === 'tool.answered' ? [[textIn(event, 'toolCallId'), event] as const] : [],
    ),
  );
  return placed.map((turn): Turn => {
    if (turn.role === 'tool') return toolTurn(turn.event, answers);
    const { text, at } = turn.words;
    if (turn.role === 'caller') return { role: 'caller', kind: turn.kind, text, heard: text, at };
    return { role: 'agent', text, at, ...(heard.get(turn.words) ?? { heard: text, heardIs: 'played' }) };
  });
}

// --- which turns there are, and in which order ------------------------------------------------------------------------

function place(events: readonly TimelineEvent[]): Placed[] {
  const turns: Placed[] = [];
  for (const event of events) {
    if (event.type === 'tool.called') turns.push({ role: 'tool', event });
    else if (event.type === 'caller.pressed') addCaller(turns, wordsIn(event, 'digits'), 'keypad');
    else if (event.type === 'turn.caller') addCaller(turns, wordsIn(event, 'text'), 'speech');
    else if (event.type === 'turn.agent') addAgent(turns, wordsIn(event, 'text'));
  }
  return turns;
}

function addAgent(turns: Placed[], words: Words): void {
  if (words.text === '') return;
  const told = turns.findIndex((turn) => turn.role === 'agent' && isRetold(turn.words, words));
  const earlier = turns[told];
  if (earlier?.role === 'agent') turns[told] = { role: 'agent', words: longer(earlier.words, words) };
  else turns.push({ role: 'agent', words });
}

/**
 * A transcript of the caller may come after the agent's answer to it (seen by an official client). The vendor's ids rise over a
 * conversation, so a caller's turn goes before the answers with a higher id that are already there, and before their tools.
 */
function addCaller(turns: Placed[], words: Words, kind: CallerTurn['kind']): void {
  if (words.text === '') return;
  const told = turns.findIndex((turn) => turn.role === 'caller' && isRetold(turn.words, words));
  const earlier = turns[told];
  if (earlier?.role === 'caller') {
    turns[told] = { ...earlier, words: longer(earlier.words, words) };
    return;
  }
  let at = turns.length;
  for (let before = at - 1; words.eventId > 0 && before >= 0; before -= 1) {
    const turn = turns[before];
    if (turn?.role === 'agent' && turn.words.eventId > words.eventId) at = before;
    else if (turn?.role !== 'tool') break;
    // A tool before the answer was asked for its sake, and so after the caller's words.
    else if (at < turns.length) at = before;
  }
  turns.splice(at, 0, { role: 'caller', words, kind });
}

/** The same words again, or more of them: a later message under one id replaces the earlier one in an official client. */
function isRetold(earlier: Words, later: Words): boolean {
  if (later.eventId === 0 || later.eventId !== earlier.eventId) return false;
  return later.text.startsWith(earlier.text) || earlier.text.startsWith(later.text);
}

function longer(earlier: Words, later: Words): Words {
  return later.text.length > earlier.text.length ? { ...earlier, text: later.text } : earlier;
}

function toolTurn(event: TimelineEvent, answers: ReadonlyMap<string, TimelineEvent>): ToolTurn {
  const toolCallId = textIn(event, 'toolCallId');
  const answer = answers.get(toolCallId);
  const input = event.details['input'];
  return {
    role: 'tool',
    toolCallId,
    name: textIn(event, 'name'),
    input: isObject(input) ? input : {},
    text: answer ? textIn(answer, 'text') : '',
    heard: null,
    outcome: answer ? textIn(answer, 'outcome') : null,
    durationMs: answer ? numberIn(answer.details, 'durationMs') : null,
    at: event.at,
  };
}

// --- what of the agent's words was heard ------------------------------------------------------------------------------

type Heard = Pick<AgentTurn, 'heard' | 'heardIs'>;

/** Of the words that were cut; all others were played. The agent's own account goes before our estimate. */
function heardOf(said: readonly Words[], events: readonly TimelineEvent[]): Map<Words, Heard> {
  const heard = new Map<Words, Heard>();
  const cuts = cutsIn(events);
  for (const eventId of new Set(said.map((words) => words.eventId))) {
    const cut = cuts.get(eventId);
    const group = said.filter((words) => words.eventId === eventId);
    if (cut) estimate(group, cut, heard);
  }
  for (const words of said) {
    if (!cuts.has(words.eventId) && (words.isMuted || cameTooLate(words, events)))
      heard.set(words, { heard: '', heardIs: 'estimated' });
  }
  for (const event of events.filter(({ type }) => type === 'agent.lost')) {
    const broken = wordsIn(event, 'text');
    const words = said.findLast(({ eventId }) => broken.eventId > 0 && eventId === broken.eventId);
    if (words) heard.set(words, { heard: broken.text, heardIs: 'estimated' });
  }
  for (const event of events) {
    if (event.type !== 'turn.corrected') continue;
    const correction = wordsIn(event, 'text');
    const words = correctedBy(correction, said);
    if (words) heard.set(words, { heard: correction.text, heardIs: 'corrected' });
  }
  return heard;
}

const CUTS: ReadonlySet<string> = new Set(['turn.interrupted', 'turn.cut', 'session.ended']);

/** By event id, what was sent and heard of every response that was cut, by an interruption or by the end. */
function cutsIn(events: readonly TimelineEvent[]): Map<number, Playback> {
  const cuts = new Map<number, Playback>();
  for (const { type, details } of events) {
    const parts: unknown = CUTS.has(type) ? details['parts'] : [];
    if (!Array.isArray(parts)) continue;
    for (const part of parts.filter((one) => isObject(one))) {
      const eventId = numberIn(part, 'eventId');
      // After a cut the ledger counts from zero again, so the cuts of one response add up.
      const { sentMs, heardMs } = cuts.get(eventId) ?? { sentMs: 0, heardMs: 0 };
      cuts.set(eventId, {
        sentMs: sentMs + numberIn(part, 'sentMs'),
        heardMs: heardMs + numberIn(part, 'heardMs'),
      });
    }
  }
  return cuts;
}

/** The words under one id were spoken one after the other, as one piece of audio. */
function estimate(group: readonly Words[], { sentMs, heardMs }: Playback, heard: Map<Words, Heard>): void {
  const length = group.reduce((sum, { text }) => sum + text.length, 0);
  let left = sentMs > 0 ? Math.floor((length * heardMs) / sentMs) : 0;
  for (const words of group) {
    heard.set(words, { heard: cutAtWord(words.text, left), heardIs: 'estimated' });
    left -= words.text.length;
  }
}

/** Audio older than an interruption is not played (see BridgeSession), and words come with the first of their audio. */
function cameTooLate({ seq, eventId }: Words, events: readonly TimelineEvent[]): boolean {
  if (eventId === 0) return false;
  return events.some(
    (event) =>
      event.type === 'turn.interrupted' && event.seq < seq && eventId < numberIn(event.details, 'eventId'),
  );
}

function correctedBy(correction: Words, said: readonly Words[]): Words | undefined {
  // Without an id it can only mean what was said last when it came.
  const group =
    correction.eventId > 0
      ? said.filter(({ eventId }) => eventId === correction.eventId)
      : said.filter(({ seq }) => seq < correction.seq).slice(-1);
  return group.findLast(({ text }) => text.startsWith(correction.text)) ?? group.at(-1);
}

/** Languages differ in what a word is, and some write no spaces. */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });

/** The whole words among the first so many UTF-16 units. */
function cutAtWord(text: string, units: number): string {
  if (units >= text.length) return text;
  let end = 0;
  for (const { index, segment } of WORDS.segment(text)) {
    if (index + segment.length > units) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd();
}

// --- reading details ----------------------------------------------------------------------------------------------------

/** What is on record may have been written by another version, so nothing of it is taken for granted. */
function wordsIn(event: TimelineEvent, field: 'text' | 'digits'): Words {
  const { seq, at, details } = event;
  return {
    seq,
    at,
    eventId: numberIn(details, 'eventId'),
    text: textIn(event, field).trim(),
    isMuted: details['isMuted'] === true,
  };
}

function textIn({ details }: TimelineEvent, field: string): string {
  const value = details[field];
  return typeof value === 'string' ? value : '';
}

function numberIn(details: Readonly<Record<string, unknown>>, field: string): number {
  const value = details[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
