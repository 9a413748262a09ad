/**
 * Shows calls as they happen, one entry per thing that a listener would notice, with the time since the answer. Decides
 * nothing and measures only durations within one call.
 */
import type { Observation } from '../observation.js';
import { clipText } from '../sound/clips.js';
import type { CallPage } from './call-book.js';
import { wrapped, type Paint, type Palette } from './palette.js';

export interface PrinterOptions {
  readonly write: (text: string) => void;
  readonly palette: Palette;
  /** Characters of a line. */
  readonly columns: number;
}

interface Entry {
  readonly who: string;
  readonly paint: Paint;
  readonly text: string;
  /** Said behind the text, less loudly. */
  readonly remark?: string;
}

const TIME_WIDTH = 9;

export class Printer {
  private readonly palette: Palette;

  constructor(private readonly options: PrinterOptions) {
    this.palette = options.palette;
  }

  line(text = ''): void {
    this.options.write(`${text}\n`);
  }

  strong(text: string): void {
    this.line(this.palette.strong(text));
  }

  dim(text: string): void {
    this.line(this.palette.dim(text));
  }

  good(text: string): void {
    this.line(this.palette.good(text));
  }

  alarm(text: string): void {
    this.line(this.palette.alarm(text));
  }

  /** One observation of a call; most of them are not worth a line. */
  observe(page: CallPage, observation: Observation): void {
    const { by, what } = observation;
    const entry = by === 'twilio' ? this.ofLine(observation) : this.ofAgent(page, observation, what);
    if (entry) this.show(page, observation.atMs, entry);
  }

  private show(page: CallPage, atMs: number, { who, paint, text, remark }: Entry): void {
    const { dim } = this.palette;
    const answered = page.observations.find(({ what }) => what === 'answered');
    const time = answered ? `${((atMs - answered.atMs) / 1000).toFixed(2)} s` : '·  ';
    const speaker = page.number > 1 ? `#${page.number} ${who.padEnd(6)}` : who.padEnd(6);
    const margin = ' '.repeat(TIME_WIDTH + 4 + speaker.length);
    const [first = '', ...rest] = wrapped(text, this.options.columns - margin.length);
    this.line(`${dim(time.padStart(TIME_WIDTH))}  ${paint(`${speaker}  ${first}`)}`);
    for (const more of rest) this.line(`${margin}${paint(more)}`);
    if (remark !== undefined) this.line(`${margin}${dim(remark)}`);
  }

  private ofLine({ what, detail }: Observation): Entry | undefined {
    const { dim, caller, alarm } = this.palette;
    const line = (text: string, paint = dim): Entry => ({ who: 'line', paint, text });
    switch (what) {
      case 'ringing': {
        return line('ringing');
      }
      case 'answered': {
        return line('answered');
      }
      case 'caller-speaks': {
        return {
          who: 'caller',
          paint: caller,
          text: `“${clipText(String(detail['what']))}”`,
          remark: 'a recorded person; words from the script, not recognised',
        };
      }
      case 'clear': {
        return line(`cleared: ${seconds(detail['clearedMs'])} of the agent's voice are never heard`, alarm);
      }
      case 'says': {
        return line(`Twilio's voice says: “${String(detail['text'])}”`);
      }
      case 'hang-up': {
        return line('the caller hangs up');
      }
      case 'warning': {
        return line(`Twilio warns: ${String(detail['code'])} ${String(detail['detail'])}`, alarm);
      }
      case 'completed': {
        return line(`down: ${String(detail['status'])}`);
      }
      default: {
        return undefined;
      }
    }
  }

  private ofAgent(page: CallPage, { detail, atMs }: Observation, what: string): Entry | undefined {
    const { dim, agent, tool, alarm } = this.palette;
    switch (what) {
      case 'agent-speaks': {
        return entry(`“${String(detail['text'])}”`, agent);
      }
      case 'caller-turn': {
        return entry(`heard ${seconds(detail['ms'])} of voice, reports “${String(detail['text'])}”`, dim);
      }
      case 'interruption': {
        return entry(
          `interrupted: the caller cuts in; heard until then: “${listed(detail['heard'])}”`,
          alarm,
        );
      }
      case 'tool-call': {
        return entry(`${String(detail['name'])} ${JSON.stringify(detail['parameters'])}`, tool, 'tool');
      }
      case 'tool-result': {
        const called = page.observations.find(
          (one) => one.what === 'tool-call' && one.detail['id'] === detail['id'],
        );
        const tookMs = called ? ` (${(atMs - called.atMs).toFixed(1)} ms)` : '';
        const failed = detail['isError'] === true ? 'failed: ' : '';
        return entry(`→ ${failed}${String(detail['result'])}${tookMs}`, tool, 'tool');
      }
      case 'end-call': {
        return entry('ends the call; its last words are played to their end', dim);
      }
      case 'closed': {
        const { by, code, reason } = detail;
        // After its own words an orderly end needs none.
        if (code === 1000 || code === 1005) return undefined;
        return entry(`gone: ${String(by)} closed with ${String(code)} ${String(reason)}`, alarm);
      }
      default: {
        return undefined;
      }
    }
  }
}

function entry(text: string, paint: Paint, who = 'agent'): Entry {
  return { who, paint, text };
}

function seconds(ms: unknown): string {
  return `${(Number(ms) / 1000).toFixed(1)} s`;
}

function listed(texts: unknown): string {
  return Array.isArray(texts) ? texts.map(String).join(' ') : '';
}
