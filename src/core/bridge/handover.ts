/**
 * What an agent is told that has to go on with a call: the conversation so far, of its own words only what the caller heard, and, where
 * it is its turn, what it is to answer. Pure. In English, which is for the model and not for the caller.
 */
import type { Turn } from '../call/transcript.js';

export interface SoFar {
  readonly turns: readonly Turn[];
  /** Tools that have been asked and have not answered. */
  readonly running: readonly string[];
  /** What was heard of the last words of the agent, where they broke off. */
  readonly brokenOff: string | undefined;
  /** Why this agent has to go on. `note`: the caller was with a person meanwhile, and what came of it. */
  readonly why: 'reconnected' | 'other-agent' | { readonly note: string };
}

export interface Handover {
  /** Told as context, without asking for an answer. */
  readonly context: string;
  /** Said as if by the caller, where the agent has to speak; undefined where it is the caller's turn. */
  readonly ask: string | undefined;
}

/** The newest so many characters of what was said: about ten minutes of a conversation. */
const MOST_CHARS = 8000;
const MOST_CHARS_OF_A_TURN = 1500;

export function handoverOf(soFar: SoFar): Handover | undefined {
  const { turns, running, why } = soFar;
  if (turns.length === 0 && typeof why === 'string') return undefined;
  const lines = linesOf(soFar);
  const context = [
    typeof why === 'string' ? REASONS[why] : why.note,
    'Do not greet, do not introduce yourself and do not start over: go on where the conversation is.',
    ...(lines.length > 0 ? [SAID, ...lines] : []),
    ...(running.length > 0 ? [`Still running, its result will follow: ${running.join(', ')}.`] : []),
  ].join('\n');
  return { context, ask: askOf(soFar) };
}

const SAID = 'What was said so far, oldest first; of the agent only what the caller heard:';

const REASONS = {
  'other-agent':
    'You take over a phone call in the middle of it, because the agent before you is gone. The caller has not hung up.',
  reconnected:
    'The connection to you broke and was made again, in the middle of the same phone call. The caller has not hung up.',
};

/** What is said when a tool answers whose call belongs to the conversation before. */
export function lateResult(name: string, text: string): string {
  return `(The tool ${name}, asked for before the connection broke, answered: ${brief(text)} Go on with it.)`;
}

function linesOf({ turns, brokenOff }: SoFar): string[] {
  const lines: string[] = [];
  let left = MOST_CHARS;
  for (let at = turns.length - 1; at >= 0; at -= 1) {
    const turn = turns[at];
    if (!turn) continue;
    const line = lineOf(turn, at === turns.length - 1 ? brokenOff : undefined);
    left -= line.length;
    if (left < 0) {
      lines.unshift('(What was said before is left out.)');
      break;
    }
    if (line !== '') lines.unshift(line);
  }
  return lines;
}

function lineOf(turn: Turn, brokenOff: string | undefined): string {
  if (turn.role === 'tool') {
    const answer = turn.outcome === null ? '' : ` answered (${turn.outcome}): ${brief(turn.text)}`;
    return `Tool ${turn.name} with ${brief(JSON.stringify(turn.input))}${answer}`;
  }
  if (turn.role === 'caller')
    return turn.kind === 'keypad' ? `Caller pressed: ${turn.text}` : `Caller: ${brief(turn.text)}`;
  const heard = brokenOff ?? turn.heard;
  if (heard === '') return '';
  const wasCut = brokenOff !== undefined || turn.heard !== turn.text;
  return `Agent: ${brief(heard)}${wasCut ? ' (cut off here)' : ''}`;
}

function askOf({ turns, running, brokenOff, why }: SoFar): string | undefined {
  if (typeof why !== 'string') return '(The caller is with you again. Say so in a sentence and go on.)';
  const last = turns.at(-1);
  // Its result will be said when it is there.
  if (!last || running.length > 0) return undefined;
  if (last.role === 'caller') return last.text;
  if (last.role === 'tool') return '(Go on with the result of the tool.)';
  if (brokenOff === undefined) return undefined;
  return brokenOff === ''
    ? '(Nothing of your last words was heard. Say what you were about to say.)'
    : '(Your last words broke off. Go on exactly behind what was heard, without repeating it.)';
}

function brief(text: string): string {
  return text.length <= MOST_CHARS_OF_A_TURN ? text : `${text.slice(0, MOST_CHARS_OF_A_TURN)}…`;
}
