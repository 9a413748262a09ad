/**
 * Shows a call as it happens, one line per thing that a listener would notice. Colours only where a person looks.
 */
import type { Observation } from '../observation.js';
import { clipText } from '../sound/clips.js';

type Paint = (text: string) => string;
interface Palette {
  readonly dim: Paint;
  readonly agent: Paint;
  readonly caller: Paint;
  readonly tool: Paint;
  readonly alarm: Paint;
  readonly strong: Paint;
}

const plain: Paint = (text) => text;
const code =
  (number: number): Paint =>
  (text) =>
    `\u001B[${number}m${text}\u001B[0m`;

export function paletteFor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): Palette {
  const colours = stream.isTTY === true && environment['NO_COLOR'] === undefined;
  if (!colours) return { dim: plain, agent: plain, caller: plain, tool: plain, alarm: plain, strong: plain };
  return {
    dim: code(2),
    agent: code(36),
    caller: code(33),
    tool: code(35),
    alarm: code(31),
    strong: code(1),
  };
}

export class Printer {
  private answeredAtMs: number | undefined;
  private readonly toolStarts = new Map<string, number>();

  constructor(
    private readonly write: (text: string) => void,
    private readonly paint: Palette,
  ) {}

  line(text = ''): void {
    this.write(`${text}\n`);
  }

  strong(text: string): void {
    this.line(this.paint.strong(text));
  }

  alarm(text: string): void {
    this.line(this.paint.alarm(text));
  }

  observe(seen: Observation): void {
    if (seen.what === 'answered') this.answeredAtMs = seen.atMs;
    const text = this.describe(seen);
    if (text !== undefined) this.line(`${this.paint.dim(this.timeOf(seen.atMs))}  ${text}`);
  }

  private timeOf(atMs: number): string {
    if (this.answeredAtMs === undefined) return '   –   ';
    return `${((atMs - this.answeredAtMs) / 1000).toFixed(2).padStart(6)}s`;
  }

  private describe({ by, what, detail, atMs }: Observation): string | undefined {
    const { agent, caller, tool, alarm, dim } = this.paint;
    switch (`${by} ${what}`) {
      case 'twilio ringing': {
        return dim('the phone rings');
      }
      case 'twilio answered': {
        return dim('the phone is answered');
      }
      case 'twilio stream-open': {
        return dim('the media stream is open');
      }
      case 'elevenlabs initiation': {
        return dim('the agent has its variables');
      }
      case 'twilio agent-audio-starts': {
        return dim('the caller hears the agent');
      }
      case 'elevenlabs agent-speaks': {
        return `${agent('agent ')}  ${String(detail['text'])}`;
      }
      case 'twilio caller-speaks': {
        return `${caller('caller')}  ${dim('(recorded voice)')} "${clipText(String(detail['what']))}"`;
      }
      case 'elevenlabs caller-turn': {
        return dim(
          `        the agent heard ${(Number(detail['ms']) / 1000).toFixed(1)} s of speech; its transcript is the script's: ${String(detail['text'])}`,
        );
      }
      case 'elevenlabs tool-call': {
        this.toolStarts.set(String(detail['id']), atMs);
        return `${tool('tool  ')}  ${String(detail['name'])} ${JSON.stringify(detail['parameters'])}`;
      }
      case 'elevenlabs tool-result': {
        const ms = atMs - (this.toolStarts.get(String(detail['id'])) ?? atMs);
        return `${tool('tool  ')}  → ${String(detail['result'])} ${dim(`in ${ms.toFixed(0)} ms`)}`;
      }
      case 'elevenlabs interruption': {
        return alarm('the caller cuts in');
      }
      case 'twilio clear': {
        return dim(
          `        ${(Number(detail['clearedMs']) / 1000).toFixed(1)} s of the agent's voice are thrown away unheard`,
        );
      }
      case 'elevenlabs end-call': {
        return dim('the agent ends the call; its last words are played out');
      }
      case 'twilio hang-up': {
        return dim('the caller hangs up');
      }
      case 'twilio says': {
        return `${agent('Twilio')}  ${String(detail['text'])}`;
      }
      case 'twilio warning': {
        return alarm(`Twilio warns: ${String(detail['code'])} ${String(detail['detail'])}`);
      }
      case 'twilio completed': {
        return dim(`the line is down: ${String(detail['status'])}`);
      }
      default: {
        return undefined;
      }
    }
  }
}
